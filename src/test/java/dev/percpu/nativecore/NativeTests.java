package dev.percpu.nativecore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The programs and libraries of {@code src/test/native}, and how to build them. */
final class NativeTests {
    static final Path BASE =
            Path.of(System.getProperty("test.basedir", ".")).toAbsolutePath().normalize();

    static final Path SOURCES = BASE.resolve("src/test/native");

    /** Folder of the built programs. */
    static final Path OUT = BASE.resolve("target/native-test");

    /** Folder of the shipped libraries, with one folder per architecture. */
    private static final Path SHIPPED = BASE.resolve("target/native");

    private NativeTests() {}

    /** Builds the programs that are stale. */
    static void build() throws IOException, InterruptedException {
        Subprocess.Result result = Subprocess.run(
                "build",
                List.of("make", "--silent", "-j2", "-C", SOURCES.toString(), "OUT=" + OUT, "NATIVE_OUT=" + SHIPPED),
                Map.of());
        if (result.exitCode() != 0) {
            throw new AssertionError("the C tests do not build:\n" + result.output());
        }
    }

    /** Returns the shipped libraries of all architectures that were built. */
    static List<String> libraries() throws IOException {
        try (Stream<Path> files = Files.walk(SHIPPED.resolve("META-INF/native"))) {
            return files.filter(it -> it.endsWith("libpercpu.so"))
                    .map(Path::toString)
                    .sorted()
                    .toList();
        }
    }
}
