package dev.percpu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A generated block of a Markdown file, between {@code <!-- NAME:start -->} and {@code <!-- NAME:end -->}. Stateless. */
public final class MarkedBlock {
    private MarkedBlock() {}

    /**
     * Replaces the text of a block and keeps the rest of the file.
     *
     * @param file Markdown file with both markers
     * @param name name of the block in its markers
     * @param text new text, in Markdown
     * @throws IOException if the file does not have both markers, or cannot be written
     */
    public static void replace(Path file, String name, String text) throws IOException {
        String start = "<!-- " + name + ":start -->";
        String end = "<!-- " + name + ":end -->";
        String before = Files.readString(file);
        int from = before.indexOf(start);
        int to = before.indexOf(end);
        if (from < 0 || to < from) {
            throw new IOException(file + " must have a block between " + start + " and " + end + ", but has none");
        }
        String head = before.substring(0, from + start.length());
        Files.writeString(file, head + "\n" + text.strip() + "\n" + before.substring(to));
    }
}
