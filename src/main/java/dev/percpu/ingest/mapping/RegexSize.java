package dev.percpu.ingest.mapping;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An upper bound of the size of a compiled regular expression, computed from its text. RE2/J itself bounds neither the product of nested
 * repetitions nor the nesting of groups. Stateless.
 */
final class RegexSize {
    static final int MAX_SIZE = 10_000;
    static final int MAX_NESTING = 200;

    private static final Pattern REPETITION = Pattern.compile("\\{(\\d{1,9})(,(\\d{0,9}))?}");

    private RegexSize() {}

    /** Returns whether an expression is small enough to be compiled. */
    static boolean isAllowed(String regex) {
        Deque<Long> outer = new ArrayDeque<>();
        long size = 0;
        long last = 0;
        Matcher repetition = REPETITION.matcher(regex);
        for (int i = 0; i < regex.length(); ) {
            char c = regex.charAt(i);
            int next = i + 1;
            if (c == '(') {
                outer.push(size);
                size = 2;
                last = 0;
            } else if (c == ')' && !outer.isEmpty()) {
                last = size;
                size += outer.pop();
            } else if (c == '{' && repetition.region(i, regex.length()).lookingAt()) {
                long times = times(repetition);
                size += last * times;
                last += last * times;
                next = repetition.end();
            } else {
                next = c == '[' ? endOfClass(regex, i) : c == '\\' ? endOfEscape(regex, i) : next;
                last = regex.startsWith("\\Q", i) ? next - i : 1;
                size += last;
            }
            if (size > MAX_SIZE || outer.size() > MAX_NESTING) {
                return false;
            }
            i = next;
        }
        return outer.stream().mapToLong(Long::longValue).sum() + size <= MAX_SIZE;
    }

    private static long times(Matcher repetition) {
        long least = Long.parseLong(repetition.group(1));
        String most = repetition.group(3);
        return most == null || most.isEmpty() ? least + 1 : Math.max(least, Long.parseLong(most));
    }

    /** Returns the end of a class. It ends at the first bracket that is neither its first character nor escaped nor of a class such as [:alpha:]. */
    static int endOfClass(String regex, int start) {
        int i = start + 1;
        i += regex.startsWith("^", i) ? 1 : 0;
        i += regex.startsWith("]", i) ? 1 : 0;
        while (i < regex.length() && regex.charAt(i) != ']') {
            int named = regex.startsWith("[:", i) ? regex.indexOf(":]", i + 2) : -1;
            i = named >= 0 ? named + 2 : i + (regex.charAt(i) == '\\' ? 2 : 1);
        }
        return Math.min(i + 1, regex.length());
    }

    private static int endOfEscape(String regex, int start) {
        if (regex.startsWith("\\Q", start)) {
            int end = regex.indexOf("\\E", start + 2);
            return end < 0 ? regex.length() : end + 2;
        }
        boolean braced =
                regex.startsWith("\\p{", start) || regex.startsWith("\\P{", start) || regex.startsWith("\\x{", start);
        int end = braced ? regex.indexOf('}', start) : -1;
        return end < 0 ? Math.min(start + 2, regex.length()) : end + 1;
    }
}
