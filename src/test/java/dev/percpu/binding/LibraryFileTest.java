package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how the file of the library is found and unpacked, and every failure of it. */
class LibraryFileTest {
    private static final ClassLoader LOADER = LibraryFileTest.class.getClassLoader();
    private static final String RESOURCE =
            LibraryFile.resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));

    @TempDir
    private Path temporary;

    @Test
    void shouldUseTheResourceNameOfTheBuild() {
        assertThat(LibraryFile.resourceName("Linux", "amd64")).isEqualTo("META-INF/native/linux-x86_64/libpercpu.so");
        assertThat(LibraryFile.resourceName("Linux", "aarch64"))
                .isEqualTo("META-INF/native/linux-aarch64/libpercpu.so");
    }

    @Test
    void shouldUnpackTheSameFileOnce() throws IOException {
        Path first = LibraryFile.unpack(LOADER, RESOURCE, temporary);
        Object inode = Files.getAttribute(first, "unix:ino");

        assertThat(LibraryFile.unpack(LOADER, RESOURCE, temporary)).isEqualTo(first);
        assertThat(Files.getAttribute(first, "unix:ino")).isEqualTo(inode);
        assertThat(filesBeside(first)).containsExactly(first);
    }

    @Test
    void shouldReplaceAFileThatIsNotTheLibrary() throws IOException {
        Path file = LibraryFile.unpack(LOADER, RESOURCE, temporary);
        long size = Files.size(file);
        Files.writeString(file, "half a library");

        assertThat(LibraryFile.unpack(LOADER, RESOURCE, temporary))
                .isEqualTo(file)
                .hasSize(size);
    }

    @Test
    void shouldRejectAFolderThatAllUsersCanWriteTo() throws IOException {
        Path folder = Objects.requireNonNull(
                LibraryFile.unpack(LOADER, RESOURCE, temporary).getParent());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> LibraryFile.unpack(LOADER, RESOURCE, temporary))
                .isInstanceOf(LibraryUnavailableException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("have no permissions for all users, but")
                .hasMessageContaining("rwxrwxrwx");
    }

    @Test
    void shouldStateTheRemedyWhenNothingCanBeUnpacked() {
        Path missing = Path.of("/proc/missing");

        assertThatThrownBy(() -> LibraryFile.unpack(LOADER, RESOURCE, missing))
                .isInstanceOf(LibraryUnavailableException.class)
                .hasMessageContaining("/proc/missing/percpu-")
                .hasMessageContaining("-Dpercpu.native.dir");
    }

    @Test
    void shouldReportAMissingArchitecture() {
        String resource = LibraryFile.resourceName("Mac OS X", "riscv64");

        assertThat(resource).isEqualTo("META-INF/native/mac-os-x-riscv64/libpercpu.so");
        assertThatThrownBy(() -> LibraryFile.unpack(LOADER, resource, temporary))
                .isInstanceOf(LibraryUnavailableException.class)
                .hasMessageContaining(resource)
                .hasMessageContaining("architecture");
    }

    @Test
    void shouldFindTheLibraryInTheConfiguredFolder() throws IOException {
        Path file = Files.copy(LibraryFile.unpack(LOADER, RESOURCE, temporary), temporary.resolve("libpercpu.so"));

        System.setProperty("percpu.native.dir", temporary.toString());
        try {
            assertThat(LibraryFile.find()).isEqualTo(file);
            Files.delete(file);
            assertThatThrownBy(LibraryFile::find)
                    .isInstanceOf(LibraryUnavailableException.class)
                    .hasMessageContaining(file + " cannot be used: there is no such readable file");
        } finally {
            System.clearProperty("percpu.native.dir");
        }
    }

    @Test
    void shouldRejectABlankFolder() {
        System.setProperty("percpu.native.dir", " ");
        try {
            assertThatThrownBy(LibraryFile::find)
                    .isInstanceOf(LibraryUnavailableException.class)
                    .hasMessageContaining("percpu.native.dir must be a folder that holds libpercpu.so, but was blank");
        } finally {
            System.clearProperty("percpu.native.dir");
        }
    }

    private static List<Path> filesBeside(Path file) throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            return files.toList();
        }
    }
}
