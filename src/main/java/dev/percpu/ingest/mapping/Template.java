package dev.percpu.ingest.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text with references to the parts that a match captured, such as {@code ${1}_total}. Immutable and thread-safe. */
final class Template {
    /** A reference in a rule with a glob. Braces need not be in pairs, as in statsd_exporter. */
    private static final Pattern GLOB_REFERENCE = Pattern.compile("\\$\\{?([a-zA-Z0-9_]+)}?");

    /** One part of the result: text if {@code literal} is not null, else the capture of that number. */
    private record Part(@Nullable String literal, int capture) {}

    private final List<Part> parts;

    private Template(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Returns the template of a rule with a glob. A reference that names no capture becomes empty: {@code $1_total} is a reference to
     * {@code 1_total}.
     *
     * @param captures number of captures
     */
    static Template ofGlob(String text, int captures) {
        List<Part> parts = new ArrayList<>();
        Matcher reference = GLOB_REFERENCE.matcher(text);
        int end = 0;
        while (reference.find()) {
            addLiteral(parts, text.substring(end, reference.start()));
            int number = number(reference.group(1), captures);
            if (number > 0) {
                parts.add(new Part(null, number));
            }
            end = reference.end();
        }
        addLiteral(parts, text.substring(end));
        return new Template(parts);
    }

    /**
     * Returns the template of a rule with a regular expression, in the form of Go's {@code Regexp.Expand}. A reference that names no group
     * becomes empty.
     *
     * @param groups number of groups; group 0 is the whole match
     * @param names numbers of the named groups
     */
    static Template ofRegex(String text, int groups, Map<String, Integer> names) {
        List<Part> parts = new ArrayList<>();
        int start = 0;
        for (int dollar = text.indexOf('$'); dollar >= 0; dollar = text.indexOf('$', start)) {
            addLiteral(parts, text.substring(start, dollar));
            start = dollar + 1;
            if (text.startsWith("$", start)) {
                addLiteral(parts, "$");
                start++;
                continue;
            }
            boolean braced = text.startsWith("{", start);
            int first = braced ? start + 1 : start;
            int last = endOfName(text, first);
            if (last == first || (braced && !text.startsWith("}", last))) {
                addLiteral(parts, "$"); // no reference
                continue;
            }
            int group = group(text.substring(first, last), groups, names);
            if (group >= 0) {
                parts.add(new Part(null, group));
            }
            start = braced ? last + 1 : last;
        }
        addLiteral(parts, text.substring(start));
        return new Template(parts);
    }

    private static int endOfName(String text, int first) {
        int end = first;
        while (end < text.length() && (Character.isLetterOrDigit(text.codePointAt(end)) || text.charAt(end) == '_')) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    private static int group(String name, int groups, Map<String, Integer> names) {
        boolean isNumber = name.equals("0") || !name.startsWith("0");
        int number = isNumber ? number(name, groups) : -1;
        return number >= 0 ? number : names.getOrDefault(name, -1);
    }

    /** Returns the number that a text is, from 0 to a limit; -1 if it is none. */
    private static int number(String text, int max) {
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            number = number * 10 + (c - '0');
            if (c < '0' || c > '9' || number > max) {
                return -1;
            }
        }
        return number;
    }

    private static void addLiteral(List<Part> parts, String literal) {
        if (!literal.isEmpty()) {
            parts.add(new Part(literal, -1));
        }
    }

    /** Returns whether the result is empty for every match. */
    boolean isEmpty() {
        return parts.isEmpty();
    }

    /**
     * Returns the text with all references replaced.
     *
     * @param captured returns a capture by its number
     */
    String expand(IntFunction<String> captured) {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(part.literal() == null ? captured.apply(part.capture()) : part.literal());
        }
        return text.toString();
    }
}
