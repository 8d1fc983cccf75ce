package dev.percpu.quarkus.request;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;

/** Bytes of a connection that are received and not decoded yet. They are passed on in parts. Not thread-safe. */
final class HeldBytes {
    private final Queue<ByteBuf> buffers = new ArrayDeque<>();

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    /** Adds a buffer, and takes it over from the caller. */
    void add(ByteBuf buffer) {
        buffers.add(buffer);
    }

    /**
     * Removes and returns the next bytes. The caller must release them.
     *
     * @param maxBytes the most that are returned
     * @throws java.util.NoSuchElementException if there are none
     */
    ByteBuf next(int maxBytes) {
        ByteBuf first = buffers.element();
        return first.readableBytes() > maxBytes ? first.readRetainedSlice(maxBytes) : buffers.remove();
    }

    /** Drops all bytes. */
    void release() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }
}
