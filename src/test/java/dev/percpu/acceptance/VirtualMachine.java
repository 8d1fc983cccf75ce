package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A machine with two CPUs, emulated by QEMU. It boots a kernel, runs the cells that its initial file system lists, and powers off. Stateless.
 */
final class VirtualMachine {

    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    /** Limit of the boots of one machine. */
    private static final int MAX_BOOTS = 3;

    private static final Pattern CELL = Pattern.compile("CELL (\\S+) (.*?)END \\1 status=(\\d+)", Pattern.DOTALL);

    /** The first words of the QEMU command, by Debian's name of the architecture. */
    private static final Map<String, List<String>> QEMU = Map.of(
            "amd64",
            List.of("qemu-system-x86_64", "-machine", "q35", "-cpu", "max"),
            "arm64",
            // Emulating the default algorithm for pointer authentication takes most of the time.
            List.of("qemu-system-aarch64", "-machine", "virt", "-cpu", "max,pauth-impdef=on"));

    /** Disables a timer test of the kernel, which panics when the emulated timer is late on a busy host. */
    private static final String NO_TIMER_CHECK = " no_timer_check";

    private VirtualMachine() {}

    /**
     * Boots the machine and runs all cells.
     *
     * @param vmlinuz the kernel
     * @param files archive that {@link #pack} created
     * @param directory folder for the output, {@code NAME.log}
     * @return output of each cell, by the name of the cell
     * @throws AssertionError with the whole output, if a cell failed or did not run
     */
    static Map<String, String> run(String name, String arch, Path vmlinuz, Path files, Path directory)
            throws IOException, InterruptedException {
        String console = arch.equals("arm64") ? "ttyAMA0" : "ttyS0";
        List<String> command = Stream.of(
                        QEMU.get(arch),
                        List.of(
                                "-accel",
                                "tcg,thread=multi",
                                "-m",
                                "512",
                                "-smp",
                                "2",
                                "-nographic",
                                "-no-reboot",
                                "-nic",
                                "none"),
                        List.of("-kernel", vmlinuz.toString(), "-initrd", files.toString()),
                        List.of(
                                "-append",
                                "console=" + console + " quiet panic=-1"
                                        + (arch.equals("amd64") ? NO_TIMER_CHECK : "")))
                .flatMap(List::stream)
                .toList();
        String output = boot(name, command, directory);
        for (int boot = 1; boot < MAX_BOOTS && hasPanickedBeforeItsFirstCell(output); boot++) {
            output = boot(name, command, directory);
        }
        if (!output.contains("MATRIX END")) {
            throw new AssertionError("The machine must run all cells, but stopped earlier:\n" + output);
        }
        return cells(output);
    }

    private static String boot(String name, List<String> command, Path directory)
            throws IOException, InterruptedException {
        try (Program qemu = Program.start(name, directory, command)) {
            return qemu.awaitEnd(TIMEOUT).output();
        }
    }

    /**
     * Returns whether the kernel panicked before the first cell ran. Kernels patch their code during the boot, and QEMU with several CPUs
     * does not always handle that: an Oops "int3" in a function whose first bytes were just patched.
     */
    static boolean hasPanickedBeforeItsFirstCell(String output) {
        return output.contains("Kernel panic") && !output.contains("CELL ");
    }

    private static Map<String, String> cells(String output) {
        Map<String, String> cells = new HashMap<>();
        Matcher matcher = CELL.matcher(output);
        while (matcher.find()) {
            if (!matcher.group(3).equals("0")) {
                throw new AssertionError(
                        "%s ended with status %s:%n%s".formatted(matcher.group(1), matcher.group(3), output));
            }
            cells.put(matcher.group(1), matcher.group(2));
        }
        return cells;
    }

    /**
     * Creates the initial file system of a machine. It has a root folder for each libc, with probe, driver, the shipped library and the
     * library with slow sections; and the list of the cells, {@code LIBC.probe} and {@code LIBC.RUN}.
     *
     * @param directory new folder for the files
     * @param libcs folders with an unpacked libc, by name
     * @param runs arguments of driver, by the name of the run
     * @return the archive to boot from
     */
    static Path pack(Path directory, String arch, Map<String, Path> libcs, Map<String, List<String>> runs)
            throws IOException, InterruptedException {
        Path root = Files.createDirectories(directory.resolve("root"));
        StringBuilder cells = new StringBuilder();
        Files.copy(MatrixPrograms.program("init", arch), root.resolve("init"));
        Files.createDirectory(root.resolve("dev"));
        for (Map.Entry<String, Path> libc : libcs.entrySet()) {
            String name = libc.getKey();
            run(
                    directory,
                    List.of(
                            "cp",
                            "-a",
                            libc.getValue().toString(),
                            root.resolve(name).toString()));
            fill(root.resolve(name), arch);
            cells.append("%s.probe /%s /probe%n".formatted(name, name));
            runs.forEach((run, arguments) ->
                    cells.append("%s.%s /%s /driver %s%n".formatted(name, run, name, String.join(" ", arguments))));
        }
        Files.writeString(root.resolve("cells"), cells.toString(), StandardCharsets.UTF_8);
        Path archive = directory.resolve("root.cpio");
        run(root, List.of("sh", "-c", "find . | cpio --quiet -o -H newc -R 0:0 >'" + archive + "'"));
        return archive;
    }

    private static void fill(Path root, String arch) throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.createDirectories(root.resolve("sys"));
        Files.copy(MatrixPrograms.program("probe", arch), root.resolve("probe"));
        Files.copy(MatrixPrograms.program("driver", arch), root.resolve("driver"));
        Files.copy(MatrixPrograms.library(arch), root.resolve("libpercpu.so"));
        Files.copy(MatrixPrograms.slowLibrary(arch), root.resolve("slow.so"));
        // Newer suites have all files in /usr and expect these links.
        for (String folder : List.of("lib", "lib64")) {
            if (!Files.exists(root.resolve(folder))
                    && Files.exists(root.resolve("usr").resolve(folder))) {
                Files.createSymbolicLink(root.resolve(folder), Path.of("usr", folder));
            }
        }
        // The programs contain the path of glibc's loader. The loader of musl is its libc.
        Path musl = Path.of("lib", MatrixPrograms.machine(arch) + "-linux-musl", "libc.so");
        if (Files.exists(root.resolve(musl))) {
            String loader = arch.equals("arm64") ? "lib/ld-linux-aarch64.so.1" : "lib64/ld-linux-x86-64.so.2";
            Files.createDirectories(root.resolve(loader).getParent());
            Files.createSymbolicLink(root.resolve(loader), Path.of("/").resolve(musl));
        }
    }

    private static void run(Path directory, List<String> command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command)
                .directory(directory.toFile())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException(command + " ended with status " + status);
        }
    }
}
