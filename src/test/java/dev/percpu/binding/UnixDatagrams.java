package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A client of Unix datagram sockets, by the functions of libc: Java has none. Not thread-safe. */
public final class UnixDatagrams implements AutoCloseable {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int PATH_OFFSET = 2;
    private static final int ADDRESS_BYTES = 110;

    private static final MethodHandle SOCKET =
            bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND = bind("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CONNECT =
            bind("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND =
            bind("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(1 << 16);
    private final int socket;

    /** Connects to the socket at a path. */
    public UnixDatagrams(Path path) {
        socket = open();
        call(CONNECT, path);
    }

    /** Leaves a socket file at a path, as a process that ends does. */
    public static void leave(Path path) {
        try (UnixDatagrams left = new UnixDatagrams()) {
            left.call(BIND, path);
        }
    }

    private UnixDatagrams() {
        socket = open();
    }

    private static int open() {
        try {
            int socket = (int) SOCKET.invokeExact((int) AF_UNIX, SOCK_DGRAM, 0);
            return require(socket, "socket");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void call(MethodHandle function, Path path) {
        MemorySegment address = arena.allocate(ADDRESS_BYTES, 2);
        address.set(JAVA_SHORT, 0, AF_UNIX);
        address.setString(PATH_OFFSET, path.toString());
        try {
            int result = (int) function.invokeExact(socket, address, ADDRESS_BYTES);
            require(result, path);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a datagram; waits while the queue of the receiver is full. */
    public void send(byte[] datagram) {
        MemorySegment.copy(datagram, 0, buffer, JAVA_BYTE, 0, datagram.length);
        try {
            long sent = (long) SEND.invokeExact(socket, buffer, (long) datagram.length, 0);
            require((int) sent, "send");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static int require(int result, Object what) {
        if (result < 0) {
            throw new IllegalStateException(what + " must return at least 0, but returned " + result);
        }
        return result;
    }

    @Override
    public void close() {
        try {
            int result = (int) CLOSE.invokeExact(socket);
            require(result, "close");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        arena.close();
    }

    @SuppressWarnings("restricted") // this package makes the downcalls
    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
