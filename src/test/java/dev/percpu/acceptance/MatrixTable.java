package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.opentest4j.TestAbortedException;

/**
 * The table of a matrix, with a line for each cell, in the file {@code target/matrix/NAME.txt}. {@code make acceptance} prints it at the
 * end. Not thread-safe.
 */
final class MatrixTable {

    private static final Path FOLDER = Path.of(System.getProperty("test.basedir", "."), "target", "matrix");

    private final Path file;
    private final String name;

    MatrixTable(String name) throws IOException {
        this.name = name;
        file = Files.createDirectories(FOLDER).resolve(name + ".txt");
        Files.deleteIfExists(file);
    }

    /** Returns the folder for the programs and logs of the matrices. */
    static Path folder() {
        return FOLDER;
    }

    /** The text of a cell beside its result. */
    static final class Remarks {
        private final StringBuilder text = new StringBuilder();

        void add(String remark) {
            text.append(text.isEmpty() ? "" : ", ").append(remark);
        }
    }

    /** Runs the test of a cell and writes its line, also if the test fails. */
    void cell(String cell, ThrowingConsumer<Remarks> test) throws Throwable {
        Remarks remarks = new Remarks();
        String result = "FAILED";
        try {
            test.accept(remarks);
            result = "ok";
        } catch (TestAbortedException e) {
            result = "skipped";
            remarks.add(String.valueOf(e.getMessage()));
            throw e;
        } finally {
            String line = "%-6s  %-44s  %-7s  %s%n".formatted(name, cell, result, remarks.text);
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }
}
