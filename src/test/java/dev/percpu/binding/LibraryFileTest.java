package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how the file of the library is found and unpacked, and every failure of it. */
class LibraryFileTest {
    private static final ClassLoader LOADER = LibraryFileTest.class.getClassLoader();
    private static final String RESOURCE =
            LibraryFile.resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));

    @TempDir
    private Path temporary;

    private String folderOfThisJvm;

    @BeforeEach
    void forgetTheFolderOfThisJvm() {
        folderOfThisJvm = System.getProperties().getProperty(ProcessFolder.PROPERTY);
        System.clearProperty(ProcessFolder.PROPERTY);
    }

    @AfterEach
    void restoreTheFolderOfThisJvm() {
        System.clearProperty(ProcessFolder.PROPERTY);
        if (folderOfThisJvm != null) {
            System.setProperty(ProcessFolder.PROPERTY, folderOfThisJvm);
        }
    }

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
    void shouldUnpackToAFolderOfThisProcessAlone() throws IOException {
        Files.createFile(temporary.resolve("percpu-" + Files.getAttribute(temporary, "unix:uid")));
        Path folder = LibraryFile.unpack(LOADER, RESOURCE, temporary).getParent();

        assertThat(folder.getParent()).isEqualTo(temporary);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void shouldLeaveAFolderThatAGroupCanWriteTo() throws IOException {
        Path folder = LibraryFile.unpack(LOADER, RESOURCE, temporary).getParent();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

        assertThat(LibraryFile.unpack(LOADER, RESOURCE, temporary).getParent()).isNotEqualTo(folder);
    }

    @Test
    void shouldDeleteTheFoldersOfProcessesThatHaveEnded() throws Exception {
        String prefix = "percpu-" + Files.getAttribute(temporary, "unix:uid") + "-";
        Path abandoned = Files.createDirectory(temporary.resolve(prefix + "1"));
        Files.writeString(abandoned.resolve("libpercpu-1.so"), "of another version");
        Path ofAnotherSubject = Files.createDirectory(temporary.resolve("percpu-other"));
        try (Locked running = new Locked(Files.createDirectory(temporary.resolve(prefix + "2")))) {
            LibraryFile.unpack(LOADER, RESOURCE, temporary);

            assertThat(abandoned).doesNotExist();
            assertThat(ofAnotherSubject).exists();
            assertThat(running.folder()).exists();
        }
    }

    @Test
    void shouldDeleteTheOtherFoldersIfOneCannotBeDeleted() throws IOException {
        String prefix = "percpu-" + Files.getAttribute(temporary, "unix:uid") + "-";
        for (int i = 0; i < 20; i++) {
            Path folder = Files.createDirectory(temporary.resolve(prefix + i));
            Files.createFile(
                    Files.createDirectory(folder.resolve("of-another-program")).resolve("file"));
            Files.createDirectory(temporary.resolve(prefix + "1" + i + "-abandoned"));
        }

        LibraryFile.unpack(LOADER, RESOURCE, temporary);

        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left)
                    .noneMatch(folder -> folder.toString().endsWith("-abandoned"))
                    .hasSize(21);
        }
    }

    /** A folder that another process has locked. */
    private record Locked(Path folder, Process process) implements AutoCloseable {
        Locked(Path folder) throws IOException {
            this(folder, new ProcessBuilder("flock", folder.toString(), "sh", "-c", "echo locked; read end").start());
            assertThat(process.inputReader().readLine()).isEqualTo("locked");
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }

    @Test
    void shouldStateTheRemedyWhenNothingCanBeUnpacked() {
        Path missing = Path.of("/proc/missing");

        assertThatThrownBy(() -> LibraryFile.unpack(LOADER, RESOURCE, missing))
                .isInstanceOf(LibraryUnavailableException.class)
                .hasMessageContaining("a folder in /proc/missing: java.nio.file.NoSuchFileException")
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

        assertThat(LibraryFile.find(temporary)).isEqualTo(file);
        Files.delete(file);
        assertThatThrownBy(() -> LibraryFile.find(temporary))
                .isInstanceOf(LibraryUnavailableException.class)
                .hasMessageContaining(file + " cannot be used: there is no such readable file");
    }

    @Test
    void shouldRejectALibraryThatIsCutOff() throws IOException {
        byte[] library = LibraryFile.read(LOADER, RESOURCE);
        Path file = Files.write(temporary.resolve("libpercpu.so"), Arrays.copyOf(library, 5000));

        assertThatThrownBy(() -> LibraryFile.find(temporary))
                .isInstanceOf(LibraryUnavailableException.class)
                .hasMessageContaining(file + " cannot be used: it has 5000 bytes")
                .hasMessageContaining("but the library of this jar has " + library.length + " bytes");
    }

    @Test
    void shouldRejectABlankFolder() {
        System.setProperty("percpu.native.dir", " ");
        try {
            assertThatThrownBy(LibraryFile::folder)
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
