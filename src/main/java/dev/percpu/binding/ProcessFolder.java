package dev.percpu.binding;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The folder {@code percpu-UID-RANDOM} of this process, which no other user can read or change. Thread-safe.
 *
 * <p>The first class loader creates it and publishes it in a system property. A normal end of the JVM deletes it.
 *
 * <p>A process holds a lock, see flock(2), on its folder until it ends. A process that starts deletes the folders of its user that it can
 * lock: their processes have ended, in other containers with the same temporary folder, too. Process ids could not show that.
 */
final class ProcessFolder {
    static final String PROPERTY = "dev.percpu.folder";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private ProcessFolder() {}

    /**
     * Returns the folder, and creates it at the first call in this process.
     *
     * @param temporary folder for the folder of this process
     * @throws IOException if it cannot be created
     */
    static Path in(Path temporary) throws IOException {
        // A literal is one object for all class loaders.
        synchronized (PROPERTY) {
            String known = System.getProperty(PROPERTY);
            if (known != null && isUsable(Path.of(known))) {
                return Path.of(known);
            }
            Path created = create(temporary);
            System.setProperty(PROPERTY, created.toString());
            return created;
        }
    }

    private static boolean isUsable(Path folder) {
        try {
            return isOwn(folder) && Files.getPosixFilePermissions(folder).equals(OWNER_ONLY);
        } catch (IOException e) {
            return false; // for example deleted by a user
        }
    }

    private static Path create(Path temporary) throws IOException {
        String prefix = "percpu-" + userId() + "-";
        deleteAbandoned(temporary, prefix);
        while (true) {
            Path folder =
                    Files.createTempDirectory(temporary, prefix, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Libc.lock(folder, true);
            // Another process may have locked and deleted it before this one had the lock.
            if (Files.exists(folder)) {
                folder.toFile().deleteOnExit();
                return folder;
            }
        }
    }

    private static void deleteAbandoned(Path temporary, String prefix) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary)) {
            for (Path folder : folders) {
                if (folder.getFileName().toString().startsWith(prefix)) {
                    deleteIfAbandoned(folder);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Only disk space is lost. The next process tries again.
        }
    }

    private static void deleteIfAbandoned(Path folder) {
        Integer lock = null;
        try {
            lock = isOwn(folder) ? Libc.lock(folder, false) : null;
            if (lock != null) {
                delete(folder);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It is being deleted by its own process, or has files of another program. The other folders are deleted
            // all the same.
        } finally {
            if (lock != null) {
                Libc.close(lock);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static boolean isOwn(Path folder) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && userId().equals(Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }

    /** Returns the user's number, because a container may run as a user without a name. */
    private static Object userId() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }
}
