package dev.percpu.bench.ingest;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The receive buffer of a socket of another process. Stateless and thread-safe.
 *
 * <p>Programs without a setting for it have the kernel's default of 208 KiB, which holds fewer than 100 packets. With it they would lose
 * packets at rates at which the benchmark has to measure them.
 */
final class SocketBuffer {
    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        NativeLong syscall(NativeLong number, Object... arguments);

        int setsockopt(int socket, int level, int option, Memory value, int bytes);

        int close(int descriptor);
    }

    /** The same size as that of the service and the floor. */
    private static final int BYTES = 4 << 20;

    private static final int PIDFD_OPEN = 434;
    private static final int PIDFD_GETFD = 438;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;

    private SocketBuffer() {}

    /**
     * Sets the receive buffer of a process' UDP socket to 4 MiB, or to {@code net.core.rmem_max} if that is less.
     *
     * @param port UDP port that the socket is bound to
     * @throws IOException if the process has no such socket, or this process must not access it
     */
    static void enlarge(long pid, int port) throws IOException {
        String socket = "socket:[" + ReceiverSocket.inode(port) + "]";
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).toString().equals(socket)) {
                    enlarge(pid, port, Integer.parseInt(descriptor.getFileName().toString()));
                    return;
                }
            }
        }
        throw new IOException("port must be that of a socket of the process, but was " + port);
    }

    private static void enlarge(long pid, int port, int descriptor) throws IOException {
        int process = call(PIDFD_OPEN, (int) pid, 0);
        int copy = process < 0 ? -1 : call(PIDFD_GETFD, process, descriptor, 0);
        try (Memory bytes = new Memory(Integer.BYTES)) {
            bytes.setInt(0, BYTES);
            if (copy < 0 || C.INSTANCE.setsockopt(copy, SOL_SOCKET, SO_RCVBUF, bytes, Integer.BYTES) != 0) {
                throw new IOException("the receive buffer of port " + port + " could not be set");
            }
        } finally {
            C.INSTANCE.close(copy);
            C.INSTANCE.close(process);
        }
    }

    private static int call(int number, Object... arguments) {
        return C.INSTANCE.syscall(new NativeLong(number), arguments).intValue();
    }
}
