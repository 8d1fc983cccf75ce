package dev.percpu.ingest.mapping;

/** Names of metrics and labels as statsd_exporter writes them. Stateless. */
public final class MetricNames {
    private MetricNames() {}

    /**
     * Returns a name in which every character except {@code a-z}, {@code A-Z}, {@code 0-9} and {@code _} is replaced by an underscore, and
     * which does not start with a digit. Several dashes in a row become one underscore.
     *
     * @return empty if the name is empty
     */
    public static String escape(String name) {
        if (isValid(name)) {
            return name;
        }
        StringBuilder escaped = new StringBuilder(name.length() + 1);
        if (isDigit(name.charAt(0))) {
            escaped.append('_');
        }
        int previous = 0;
        for (int i = 0; i < name.length(); ) {
            int c = name.codePointAt(i);
            if (isWord(c)) {
                escaped.append((char) c);
            } else if (c != '-' || previous != '-') {
                escaped.append('_');
            }
            previous = c;
            i += Character.charCount(c);
        }
        return escaped.toString();
    }

    private static boolean isValid(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!isWord(name.charAt(i))) {
                return false;
            }
        }
        return name.isEmpty() || !isDigit(name.charAt(0));
    }

    private static boolean isWord(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
