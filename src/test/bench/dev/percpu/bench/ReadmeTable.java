package dev.percpu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Replaces what stands between two marks of the README. */
final class ReadmeTable {
    private static final String START = "<!-- bench:start -->";
    private static final String END = "<!-- bench:end -->";

    private ReadmeTable() {}

    /**
     * @param table in Markdown
     * @throws IOException if the README has not both marks, or cannot be written
     */
    static void write(Path readme, String table) throws IOException {
        String text = Files.readString(readme);
        int start = text.indexOf(START);
        int end = text.indexOf(END);
        if (start < 0 || end < start) {
            throw new IOException(readme + " has no block between " + START + " and " + END);
        }
        String head = text.substring(0, start + START.length());
        Files.writeString(readme, head + "\n" + table.strip() + "\n" + text.substring(end));
    }
}
