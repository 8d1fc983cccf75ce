package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The table of the tested worlds of one matrix in {@code src/site/markdown/status.md}. {@code make acceptance TEST=KernelMatrixTest
 * ARGS=-Dupdate} writes it. Not thread-safe.
 */
final class WorldsTable {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("test.basedir", "."), "src/site/markdown/status.md");

    private final String start;
    private final String end;
    private final Set<String> rows = new LinkedHashSet<>();

    WorldsTable(String matrix) {
        start = "<!-- worlds: " + matrix + " -->\n";
        end = "<!-- end: " + matrix + " -->\n";
    }

    /** Adds the row of a world that passed its test. */
    void add(String... columns) {
        rows.add("| " + String.join(" | ", columns) + " |");
    }

    /**
     * Compares the rows with those of the document for the same world. Debian's newest versions change: the document may have worlds that
     * were not tested, and lack some that were.
     */
    void check() throws IOException {
        assumeFalse(rows.isEmpty(), "no world was tested");
        String text = Files.readString(DOCUMENT);
        assertThat(text).contains(start).contains(end);
        int from = text.indexOf(start) + start.length();
        int to = text.indexOf(end);
        List<String> table = text.substring(from, to).lines().toList();
        if (System.getProperty("update") != null) {
            String updated = String.join("\n", table.subList(0, 2)) + "\n" + String.join("\n", rows) + "\n";
            Files.writeString(DOCUMENT, text.substring(0, from) + updated + text.substring(to));
            return;
        }
        List<String> tested = rows.stream().map(WorldsTable::world).toList();
        assertThat(table.stream().filter(row -> tested.contains(world(row))).toList())
                .as("worlds of the document; make acceptance TEST=... ARGS=-Dupdate writes them")
                .isNotEmpty()
                .isSubsetOf(rows);
    }

    /** Returns the columns that identify a world: the first two. */
    private static String world(String row) {
        String[] columns = row.split("\\|", 4);
        return columns[1] + columns[2];
    }
}
