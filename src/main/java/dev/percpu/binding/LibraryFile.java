package dev.percpu.binding;

import dev.percpu.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The file of the native library, which is unpacked from the jar if necessary. Thread-safe.
 *
 * <p>The file name contains a checksum of the content, and all class loaders of a process use the same {@link ProcessFolder}. So a process loads
 * the library once and registers each thread once. The content is compared before the file is loaded: a file that was cut off would end the
 * process.
 *
 * <p>If the system property {@code percpu.native.dir} is set, nothing is unpacked: containers may have a read-only root file system.
 */
final class LibraryFile {
    static final String FOLDER_OPTION = "-D" + Settings.NATIVE_DIR.key();

    static final String FILE_NAME = "libpercpu.so";

    private LibraryFile() {}

    /**
     * Returns an existing file with the library for this system.
     *
     * @param folder the folder of {@code percpu.native.dir}; null to unpack the library
     * @throws LibraryUnavailableException if there is none, its content is not the jar's, or it cannot be unpacked
     */
    static Path find(@Nullable Path folder) {
        ClassLoader loader = LibraryFile.class.getClassLoader();
        String resource = resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
        return folder == null
                ? unpack(loader, resource, Path.of(System.getProperty("java.io.tmpdir")))
                : check(loader, resource, folder.resolve(FILE_NAME));
    }

    /**
     * Returns the folder of {@code percpu.native.dir}; null if it is not set.
     *
     * @throws LibraryUnavailableException if its value is not allowed
     */
    static @Nullable Path folder() {
        try {
            return Settings.NATIVE_DIR.read(System::getProperty).orElse(null);
        } catch (IllegalArgumentException e) {
            throw new LibraryUnavailableException(
                    FILE_NAME, String.valueOf(e.getMessage()), "set a folder, or remove " + FOLDER_OPTION, e);
        }
    }

    /** Returns whether this project has a library for a system, by the system properties {@code os.name} and {@code os.arch}. */
    static boolean existsFor(String osName, String osArch) {
        return osName.equals("Linux") && !arch(osArch).isEmpty();
    }

    /**
     * Returns the path of the library in the jar.
     *
     * @param osName value of the system property {@code os.name}
     * @param osArch value of the system property {@code os.arch}
     */
    static String resourceName(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT).replace(' ', '-');
        String arch = arch(osArch);
        return "META-INF/native/" + os + "-" + (arch.isEmpty() ? osArch : arch) + "/" + FILE_NAME;
    }

    private static String arch(String osArch) {
        return switch (osArch) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> "";
        };
    }

    private static Path check(ClassLoader loader, String resource, Path file) {
        if (!Files.isReadable(file)) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "there is no such readable file",
                    "put the library there, or remove " + FOLDER_OPTION + " to unpack the library from the jar");
        }
        try {
            byte[] content = Files.readAllBytes(file);
            byte[] expected = read(loader, resource);
            if (!Arrays.equals(content, expected)) {
                throw new LibraryUnavailableException(
                        file.toString(),
                        "it has " + content.length + " bytes with SHA-256 " + hash(content)
                                + "..., but the library of this jar has " + expected.length + " bytes with "
                                + hash(expected) + "...",
                        "copy " + resource + " out of this version's jar to " + file);
            }
            return file;
        } catch (IOException e) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "it could not be read: " + e,
                    "make the file readable, or remove " + FOLDER_OPTION,
                    e);
        }
    }

    /**
     * Unpacks a resource to {@code libpercpu-CHECKSUM.so} in the folder of this process. An existing file with the same content is kept.
     *
     * @throws LibraryUnavailableException if there is no such resource, or the file cannot be written
     */
    static Path unpack(ClassLoader loader, String resource, Path temporary) {
        byte[] content = read(loader, resource);
        try {
            Path file = ProcessFolder.in(temporary).resolve("libpercpu-" + checksum(content) + ".so");
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
                write(file, content);
            }
            return file;
        } catch (IOException e) {
            throw new LibraryUnavailableException(
                    resource,
                    "it could not be unpacked from the jar to a folder in " + temporary + ": " + e,
                    "make " + temporary + " writable, set another folder with -Djava.io.tmpdir, or unpack " + resource
                            + " yourself and set its folder with " + FOLDER_OPTION,
                    e);
        }
    }

    /** Returns the content of the library in the jar. */
    static byte[] read(ClassLoader loader, String resource) {
        try (InputStream in = loader.getResourceAsStream(resource)) {
            if (in == null) {
                throw new LibraryUnavailableException(
                        resource,
                        "the jar has no library for this operating system and architecture",
                        "run on Linux x86-64 or aarch64, or build the jar on this machine with a C compiler");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new LibraryUnavailableException(
                    resource, "it could not be read: " + e, "replace the jar, whose entry cannot be read", e);
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path unfinished = Files.createTempFile(file.getParent(), "libpercpu-", ".part");
        try {
            Files.write(unfinished, content);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        file.toFile().deleteOnExit();
    }

    /** Returns the CRC-32 of a content in hexadecimal digits. A cryptographic hash takes 35 ms before it is compiled. */
    private static String checksum(byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        return Long.toHexString(checksum.getValue());
    }

    /** Returns the start of the SHA-256 of a content, for a message to a user who compares files. */
    private static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
