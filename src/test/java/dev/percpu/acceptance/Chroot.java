package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A minimal system of a Debian suite in which programs run. Immutable.
 *
 * <p>Each program runs in the chroot with /proc, /sys, /dev, an empty /tmp and the shared folders. They are mounted in a mount namespace
 * of the program, so the kernel removes the mounts when the program ends.
 *
 * @param root folder of the system
 * @param shared folders of the host, mounted at the same paths
 */
record Chroot(Path root, List<Path> shared) {

    private static final String MOUNT_AND_RUN = """
            root=$1; shift
            mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" && mount --rbind /dev "$root/dev" &&
                mount -t tmpfs tmpfs "$root/tmp" || exit 125
            while [ "$1" != -- ]; do
                mkdir -p "$root$1" && mount --bind "$1" "$root$1" || exit 125
                shift
            done
            shift
            exec chroot "$root" "$@"
            """;

    Chroot {
        shared = List.copyOf(shared);
    }

    /** Returns the chroot of a suite. It shares the JVM of this test, the packaged service and the programs of the matrices. */
    static Chroot of(String suite) throws IOException {
        Path service = Path.of(System.getProperty("test.service.jar", "target/quarkus-app/quarkus-run.jar"));
        String arch = MatrixPrograms.hostArch();
        return new Chroot(
                Testbeds.chroot(suite),
                List.of(
                        Path.of(System.getProperty("java.home")),
                        service.toAbsolutePath().getParent(),
                        MatrixPrograms.program("probe", arch).getParent(),
                        MatrixPrograms.library(arch).getParent()));
    }

    /** Returns a command that runs the given command in the chroot, in the same process. */
    List<String> wrap(List<String> command) {
        List<String> wrapped = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", MOUNT_AND_RUN, "sh"));
        wrapped.add(root.toString());
        shared.forEach(folder -> wrapped.add(folder.toString()));
        wrapped.add("--");
        wrapped.addAll(command);
        return wrapped;
    }
}
