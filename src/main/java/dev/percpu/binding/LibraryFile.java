package dev.percpu.binding;

import dev.percpu.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The file of the native library, which is unpacked from the jar if necessary. Thread-safe.
 *
 * <p>The file name contains a hash of the content. All class loaders of a process, and all processes of a user, use the same file, so that
 * a process loads the library once and registers each thread once.
 *
 * <p>If the system property {@code percpu.native.dir} is set, nothing is unpacked: containers may have a read-only root file system.
 */
final class LibraryFile {
    private static final String FOLDER_OPTION = "-D" + Settings.NATIVE_DIR.key();

    static final String FILE_NAME = "libpercpu.so";

    private LibraryFile() {}

    /**
     * Returns an existing file with the library for this system.
     *
     * @throws LibraryUnavailableException if there is none and it cannot be unpacked
     */
    static Path find() {
        Optional<Path> folder = folder();
        if (folder.isPresent()) {
            Path file = folder.get().resolve(FILE_NAME);
            if (!Files.isReadable(file)) {
                throw new LibraryUnavailableException(
                        file.toString(),
                        "there is no such readable file",
                        "put the library there, or remove " + FOLDER_OPTION + " to unpack the library from the jar");
            }
            return file;
        }
        return unpack(
                LibraryFile.class.getClassLoader(),
                resourceName(System.getProperty("os.name"), System.getProperty("os.arch")),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static Optional<Path> folder() {
        try {
            return Settings.NATIVE_DIR.read(System::getProperty);
        } catch (IllegalArgumentException e) {
            throw new LibraryUnavailableException(
                    FILE_NAME, String.valueOf(e.getMessage()), "set a folder, or remove " + FOLDER_OPTION, e);
        }
    }

    /**
     * Returns the path of the library in the jar.
     *
     * @param osName value of the system property {@code os.name}
     * @param osArch value of the system property {@code os.arch}
     */
    static String resourceName(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT).replace(' ', '-');
        String arch = switch (osArch) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> osArch;
        };
        return "META-INF/native/" + os + "-" + arch + "/" + FILE_NAME;
    }

    /**
     * Unpacks a resource to {@code temporary/percpu-UID/libpercpu-HASH.so}. An existing file with the same content is kept.
     *
     * @throws LibraryUnavailableException if there is no such resource, or the file cannot be written
     */
    static Path unpack(ClassLoader loader, String resource, Path temporary) {
        byte[] content = read(loader, resource);
        // The folder has the user's number, because a container may run as a user without a name.
        Path folder = temporary.resolve("percpu-" + userId());
        Path file = folder.resolve("libpercpu-" + hash(content) + ".so");
        try {
            ensurePrivate(folder);
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
                write(folder, file, content);
            }
            return file;
        } catch (IOException e) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "it could not be unpacked from the jar: " + e,
                    "make " + temporary + " writable, set another folder with -Djava.io.tmpdir, or unpack " + resource
                            + " yourself and set its folder with " + FOLDER_OPTION,
                    e);
        }
    }

    private static byte[] read(ClassLoader loader, String resource) {
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

    /** Creates the folder, and checks its owner and its permissions, because the JVM loads native code from it. */
    private static void ensurePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder.getParent());
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                // Another process of this user created the folder first. It is checked below.
            }
        }
        Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        Object self = userId();
        String permissions =
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
        boolean isPrivate = permissions.endsWith("---");
        if (!Objects.equals(owner, self) || !isPrivate) {
            throw new IOException(folder + " must be owned by user " + self
                    + " and have no permissions for all users, but was owned by user " + owner + " with permissions "
                    + permissions);
        }
    }

    private static Object userId() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new LibraryUnavailableException(
                    "/proc/self",
                    "the user of this process could not be read: " + e,
                    "mount /proc, or unpack the library yourself and set its folder with " + FOLDER_OPTION,
                    e);
        }
    }

    private static void write(Path folder, Path file, byte[] content) throws IOException {
        Path unfinished = Files.createTempFile(folder, "libpercpu-", ".part");
        try {
            Files.write(unfinished, content);
            try {
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
