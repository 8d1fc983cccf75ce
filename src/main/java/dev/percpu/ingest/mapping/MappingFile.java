package dev.percpu.ingest.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A mapping file that is read again when it changes. A file with an error is logged once, and the rules before it stay in use. Thread-safe.
 *
 * <p>It compares the time of modification, the size and the identity of the file to which the path leads. So it notices a file that is
 * written in place, one that is renamed, and a symbolic link that is replaced, as Kubernetes does for a ConfigMap.
 */
public final class MappingFile implements AutoCloseable {
    static final String THREAD_NAME = "percpu-mapping";

    private static final System.Logger LOG = System.getLogger(MappingFile.class.getName());

    /** A file can change again within the resolution of its time of modification. */
    private static final Duration CLOCK_RESOLUTION = Duration.ofSeconds(2);

    /**
     * What was read so far.
     *
     * @param rules number of rules in use
     * @param successes number of times that the file was read without an error, at least 1
     * @param failures number of times that a changed file was refused
     * @param lastSuccess time at which the rules in use were read
     * @param failure reason for which the file that is there now is refused; null if it is in use
     */
    public record Status(
            int rules,
            long successes,
            long failures,
            Instant lastSuccess,
            @Nullable String failure) {}

    /** The state of a file without its content. */
    private record Stamp(
            FileTime modified, long size, @Nullable Object identity, boolean isRecent) {}

    /** A reading of the file that led to rules. */
    private record Reading(MappingRules rules, long successes, Instant time) {}

    private final Path path;
    private final @Nullable Thread thread;
    private @Nullable Stamp stamp;
    private byte[] content = {};
    private volatile Reading reading;
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable String failure;
    private boolean closed;

    /**
     * Reads a file, and starts a thread that reads it again after each change.
     *
     * @param key configuration key that has the path, for messages
     * @param interval time between two checks, at least 1 ms; null for checks by {@link #reloadIfChanged} alone
     * @throws IllegalArgumentException naming the key, if the file cannot be read or has an error
     */
    public MappingFile(String key, Path path, @Nullable Duration interval) {
        this.path = path;
        try {
            Stamp first = stamp();
            byte[] bytes = bytes();
            this.reading = new Reading(MappingReader.read(bytes), 1, Instant.now());
            this.stamp = first;
            this.content = bytes;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    key + " must be the path of a readable file, but was " + path + ": " + reason(e), e);
        } catch (MappingException e) {
            throw new IllegalArgumentException(
                    key + " must be the path of a valid mapping file, but was " + path + ": " + e.getMessage(), e);
        }
        this.thread = interval == null
                ? null
                : Thread.ofPlatform()
                        .name(THREAD_NAME)
                        .daemon()
                        .inheritInheritableThreadLocals(false)
                        .unstarted(() -> watch(interval));
        if (thread != null) {
            thread.setContextClassLoader(null);
            thread.start();
        }
    }

    /** Returns the rules in use. After a change of the file it returns another object. */
    public MappingRules rules() {
        return reading.rules();
    }

    /** Returns what was read so far. */
    public Status status() {
        Reading current = reading;
        return new Status(current.rules().count(), current.successes(), failures.get(), current.time(), failure);
    }

    /** Reads the file if it changed since the last call. */
    public synchronized void reloadIfChanged() {
        try {
            Stamp current = stamp();
            if (current.equals(stamp) && !current.isRecent()) {
                return;
            }
            byte[] bytes = bytes();
            boolean changed = stamp == null || !Arrays.equals(bytes, content);
            stamp = current;
            if (changed) {
                content = bytes;
                use(MappingReader.read(bytes));
            }
        } catch (IOException e) {
            stamp = null; // a change of permissions alone does not change the stamp
            refuse(reason(e));
        } catch (MappingException e) {
            refuse(e.getMessage());
        }
    }

    private void use(MappingRules rules) {
        reading = new Reading(rules, reading.successes() + 1, Instant.now());
        failure = null;
        LOG.log(System.Logger.Level.INFO, "The mapping file " + path + " changed and has " + rules.count() + " rules");
    }

    private void refuse(@Nullable String reason) {
        String described = String.valueOf(reason);
        if (stamp == null && described.equals(failure)) {
            return; // still not readable
        }
        failures.incrementAndGet();
        failure = described;
        LOG.log(
                System.Logger.Level.WARNING,
                "The mapping file " + path + " is refused: " + described + ". The rules of " + reading.time()
                        + " stay in use");
    }

    private Stamp stamp() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException("not a regular file");
        }
        FileTime modified = attributes.lastModifiedTime();
        boolean isRecent = modified.toInstant().isAfter(Instant.now().minus(CLOCK_RESOLUTION));
        return new Stamp(modified, attributes.size(), attributes.fileKey(), isRecent);
    }

    private byte[] bytes() throws IOException {
        try (InputStream input = Files.newInputStream(path)) {
            return input.readNBytes(YamlDocument.MAX_BYTES + 1);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    private void watch(Duration interval) {
        while (awaitCheck(interval)) {
            try {
                reloadIfChanged();
            } catch (RuntimeException | OutOfMemoryError e) { // the next check tries again
                LOG.log(System.Logger.Level.WARNING, "The mapping file " + path + " could not be checked", e);
            }
        }
    }

    /** Waits for the next check. Returns false after the file was closed. */
    private synchronized boolean awaitCheck(Duration interval) {
        long end = System.nanoTime() + interval.toNanos();
        try {
            for (long left = interval.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        } catch (InterruptedException e) {
            return false;
        }
        return !closed;
    }

    /** Ends the checks. The rules stay in use. Has no effect when called again. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
