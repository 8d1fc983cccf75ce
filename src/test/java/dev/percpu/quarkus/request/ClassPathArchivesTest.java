package dev.percpu.quarkus.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathArchivesTest {
    @TempDir
    private Path directory;

    @Test
    void shouldCountTheArchivesOfAClassPath() throws IOException {
        Path one = file("one.jar");
        Path other = file("other.jar");
        Path folder = Files.createDirectory(directory.resolve("classes"));

        assertThat(ClassPathArchives.of(
                        String.join(File.pathSeparator, "" + one, "" + folder, "" + other, "" + one, "no-such.jar")))
                .containsExactlyInAnyOrder(one, other);
    }

    @Test
    void shouldCountTheDependenciesBesideAPackagedApplication() throws IOException {
        Path application = file("quarkus-run.jar");
        Path main = file("lib/main/a.jar");
        Path boot = file("lib/boot/b.jar");
        file("lib/main/index.dat");
        file("lib/jvm/no-dependency.jar"); // the folder /lib of a machine, if the application is in the root folder

        assertThat(ClassPathArchives.of("" + application)).containsExactlyInAnyOrder(application, main, boot);
    }

    @Test
    void shouldCountThoseOfThisProcess() {
        assertThat(ClassPathArchives.count()).isPositive();
    }

    private Path file(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }
}
