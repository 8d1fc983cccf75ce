package dev.percpu.settings;

/** The number of characters to insert, delete or replace, by which an unknown key differs from a known one. Stateless. */
public final class EditDistance {
    private EditDistance() {}

    /** Returns the Levenshtein distance of two texts. */
    public static int of(String from, String to) {
        return toPrefixes(from, to)[to.length()];
    }

    /** Returns the Levenshtein distance of {@code from} to each prefix of {@code to}, by the length of the prefix. */
    static int[] toPrefixes(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above;
    }
}
