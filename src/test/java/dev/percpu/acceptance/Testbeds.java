package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The systems that {@code .build/testbeds} creates from Debian's archive. Thread-safe; several suites may be created at once. */
final class Testbeds {

    private static final Path SCRIPT = Path.of(System.getProperty("test.basedir", "."), ".build", "testbeds");

    /** The exit status of the script when the archive does not have the system, or cannot be reached. */
    private static final int GONE = 3;

    private Testbeds() {}

    /** Thrown when the archive does not have a system; its tests are skipped. The message contains the reason. */
    static final class GoneException extends IOException {
        private static final long serialVersionUID = 1;

        GoneException(String message) {
            super(message);
        }
    }

    /** A cloud kernel in Debian's archive. {@code arch} is Debian's name of the architecture. */
    record Kernel(String suite, String arch, String packageName, String packageVersion) {
        /** Returns the release of kernel.org, such as 6.19.14. */
        String release() {
            return packageVersion.replaceFirst("-.*", "");
        }

        /** Returns the series, such as 6.19. */
        String series() {
            return release().replaceFirst("^(\\d+\\.\\d+).*", "$1");
        }
    }

    /** Returns the root folder of a minimal system of a suite. */
    static Path chroot(String suite) throws IOException {
        return path("chroot", suite);
    }

    /** Returns a root folder with the packages of the base image of {@code deploy/Dockerfile}. */
    static Path distroless() throws IOException {
        return path("distroless");
    }

    /** Returns the folder of an unpacked libc: that of a suite, or {@code musl}. */
    static Path libc(String name, String arch) throws IOException {
        return path("libc", name, arch);
    }

    /** Returns a program of a suite that runs on this machine. The package has the same name. */
    static Path program(String suite, String name) throws IOException {
        return path("program", suite, name);
    }

    /** Returns the cloud kernels that a suite has now. */
    static List<Kernel> kernels(String suite, String arch) throws IOException {
        return run(List.of("kernels", suite, arch))
                .lines()
                .map(line -> line.split(" "))
                .map(words -> new Kernel(suite, arch, words[0], words[1]))
                .toList();
    }

    /** Returns the folder that contains a kernel's {@code vmlinuz}. */
    static Path kernel(Kernel kernel) throws IOException {
        return path("kernel", kernel.suite(), kernel.arch(), kernel.packageName(), kernel.packageVersion());
    }

    private static Path path(String... words) throws IOException {
        return Path.of(run(List.of(words)).strip());
    }

    private static String run(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(words);
        Path errors = Files.createTempFile("testbeds", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectError(errors.toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status == 0) {
                return output;
            }
            String message = Files.readString(errors).strip();
            throw status == GONE
                    ? new GoneException(message)
                    : new IOException(command + " ended with status " + status + ": " + message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command + " was interrupted", e);
        } finally {
            Files.delete(errors);
        }
    }
}
