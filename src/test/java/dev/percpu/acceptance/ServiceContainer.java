package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A container of the image, run by podman and crun as the manifests demand: no capability, no new privileges, the default seccomp profile,
 * the user of the image.
 *
 * <p>There is no cgroup. The JVM gets the memory of the manifests as an option; the tests compare what it used.
 */
final class ServiceContainer implements ServiceProcess.Launcher {
    private final ServiceImage image;
    private final List<String> podmanOptions = new ArrayList<>();
    private final List<String> javaOptions = new ArrayList<>();
    private Path pidFile;

    private ServiceContainer(ServiceImage image) {
        this.image = image;
    }

    /** Returns a container without a network, whose folders are as writable as their permissions say. */
    static ServiceContainer offline(ServiceImage image) {
        return new ServiceContainer(image).podmanOption("--network=none");
    }

    /**
     * Returns a container as in the manifests: nothing is writable, and the memory is limited. It has the network of the host.
     *
     * @param directory folder for files of the container
     */
    static ServiceContainer constrained(Path directory) throws IOException, InterruptedException {
        ServiceContainer container = new ServiceContainer(ServiceImage.build());
        container.pidFile = directory.resolve("container.pid");
        container.podmanOptions.addAll(
                List.of("--network=host", "--read-only", "--read-only-tmpfs=false", "--pidfile=" + container.pidFile));
        container.javaOptions.addAll(List.of(
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.management.host=127.0.0.1",
                // The garbage collector that a JVM selects for so little memory in a cgroup.
                "-XX:+UseSerialGC",
                "-XX:MaxRAM=" + AttackedService.memoryKilobytes() + "k"));
        return container;
    }

    ServiceContainer podmanOption(String option) {
        podmanOptions.add(option);
        return this;
    }

    ServiceContainer javaOption(String option) {
        javaOptions.add(option);
        return this;
    }

    /** Returns a command that runs a command in the container. */
    List<String> run(List<String> command) {
        List<String> podman = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                // Podman does not work with the hierarchy that systemd mounts there beside those of version 1.
                "umount /sys/fs/cgroup/unified 2>/dev/null; exec \"$@\"",
                "sh",
                "podman",
                "run",
                "--rm",
                "--runtime=crun",
                "--cgroups=disabled",
                "--ulimit=nofile=1024:1024",
                "--ulimit=nproc=4096:4096",
                "--cap-drop=ALL",
                "--security-opt=no-new-privileges",
                "--user=" + image.user()));
        image.environment().forEach((name, value) -> podman.add("--env=" + name + "=" + value));
        podman.addAll(podmanOptions);
        podman.addAll(List.of("--rootfs", image.root().toString()));
        podman.addAll(command);
        return podman;
    }

    /** Returns a command that runs the entry point, with the options of a command that starts the jar of the host. */
    @Override
    public List<String> wrap(List<String> command) {
        List<String> inside = new ArrayList<>(image.entryPoint());
        int jar = inside.indexOf("-jar");
        inside.addAll(jar, command.subList(1, command.indexOf("-jar")));
        inside.addAll(jar, javaOptions);
        return run(inside);
    }

    @Override
    public long pid(long program) throws IOException {
        return Long.parseLong(Files.readString(pidFile).strip());
    }
}
