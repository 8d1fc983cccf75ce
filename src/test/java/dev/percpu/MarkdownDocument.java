package dev.percpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The parts of a Markdown file that a test checks. Immutable. */
public final class MarkdownDocument {
    private static final Pattern FENCE = Pattern.compile("(?m)^ *```(\\w*)\\R([\\s\\S]*?)^ *```$");
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)|<(https?:[^>\\s]+)>");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

    private final Path file;
    private final String text;
    private final String prose;
    private final List<Block> blocks;

    /** @param language after the fence; empty if there is none */
    private record Block(String language, String code) {}

    private MarkdownDocument(Path file, String text, String prose, List<Block> blocks) {
        this.file = file;
        this.text = text;
        this.prose = prose;
        this.blocks = List.copyOf(blocks);
    }

    /** @param file relative to the top of the project, or absolute */
    public static MarkdownDocument read(Path file) {
        try {
            return of(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MarkdownDocument of(Path file, String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher fences = FENCE.matcher(text);
        while (fences.find()) {
            blocks.add(new Block(fences.group(1), fences.group(2)));
        }
        return new MarkdownDocument(file, text, fences.replaceAll(""), blocks);
    }

    Path file() {
        return file;
    }

    /** Returns the whole file. */
    String text() {
        return text;
    }

    /** Returns the text without code blocks. */
    String prose() {
        return prose;
    }

    /** Returns the fenced code blocks of that language. */
    List<String> blocks(String language) {
        return blocks.stream()
                .filter(it -> it.language.equals(language))
                .map(Block::code)
                .toList();
    }

    /** Code in the prose, between single back quotes. */
    List<String> spans() {
        return SPAN.matcher(prose).results().map(it -> it.group(1)).toList();
    }

    /** Code spans, and the lines of all code blocks. */
    List<String> code() {
        return Stream.concat(spans().stream(), blocks.stream().flatMap(it -> it.code.lines()))
                .toList();
    }

    /** The targets of all links outside of code. */
    List<String> links() {
        return LINK.matcher(SPAN.matcher(prose).replaceAll("``"))
                .results()
                .map(it -> it.group(1) != null ? it.group(1) : it.group(2))
                .toList();
    }

    /** The anchors of the headings, as Git hosts make them. */
    public Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(prose)
                .results()
                .map(it -> it.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .forEach(anchor -> {
                    String unique = anchor;
                    for (int i = 1; !anchors.add(unique); i++) {
                        unique = anchor + "-" + i;
                    }
                });
        return anchors;
    }

    /** The first cells of the rows of the table under that heading, without back quotes. */
    List<String> firstColumn(String heading) {
        int from = prose.indexOf("\n## " + heading + "\n");
        if (from < 0) {
            return List.of();
        }
        int next = prose.indexOf("\n## ", from + 1);
        return prose.substring(from, next < 0 ? prose.length() : next)
                .lines()
                .filter(it -> it.startsWith("| `"))
                .map(it -> it.split("\\|")[1].strip().replace("`", ""))
                .toList();
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
