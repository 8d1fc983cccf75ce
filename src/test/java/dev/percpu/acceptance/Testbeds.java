package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Systems to test in, which {@code .build/testbeds} makes out of Debian's archive. Thread-safe; different suites may be made at once. */
final class Testbeds {

    private static final Path SCRIPT = Path.of(System.getProperty("test.basedir", "."), ".build", "testbeds");

    /** The script's status for what the archive does not have, or when it cannot be reached. */
    private static final int GONE = 3;

    private Testbeds() {}

    /** Something cannot be had from the archive: a test of it is skipped. The message names it. */
    static final class GoneException extends IOException {
        private static final long serialVersionUID = 1;

        GoneException(String message) {
            super(message);
        }
    }

    /** A cloud kernel of Debian's. {@code arch} is Debian's, {@code release} that of kernel.org, such as 6.19.14. */
    record Kernel(String suite, String arch, String packageName, String packageVersion) {
        String release() {
            return packageVersion.replaceFirst("-.*", "");
        }

        /** Such as 6.19. */
        String series() {
            return release().replaceFirst("^(\\d+\\.\\d+).*", "$1");
        }
    }

    /** The root folder of a minimal system of a suite. */
    static Path chroot(String suite) throws IOException {
        return path("chroot", suite);
    }

    /** The folder with a libc unpacked: of a suite, or {@code musl}. */
    static Path libc(String name, String arch) throws IOException {
        return path("libc", name, arch);
    }

    /** The cloud kernels that a suite has now. */
    static List<Kernel> kernels(String suite, String arch) throws IOException {
        return run(List.of("kernels", suite, arch))
                .lines()
                .map(line -> line.split(" "))
                .map(words -> new Kernel(suite, arch, words[0], words[1]))
                .toList();
    }

    /** The folder that holds a kernel's {@code vmlinuz}. */
    static Path kernel(Kernel kernel) throws IOException {
        return path("kernel", kernel.suite(), kernel.arch(), kernel.packageName(), kernel.packageVersion());
    }

    private static Path path(String... words) throws IOException {
        return Path.of(run(List.of(words)).strip());
    }

    private static String run(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(words);
        Path complaints = Files.createTempFile("testbeds", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectError(complaints.toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status == 0) {
                return output;
            }
            String message = Files.readString(complaints).strip();
            throw status == GONE
                    ? new GoneException(message)
                    : new IOException(command + " ended with status " + status + ": " + message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command + " was interrupted", e);
        } finally {
            Files.delete(complaints);
        }
    }
}
