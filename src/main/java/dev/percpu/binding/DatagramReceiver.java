package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A socket that receives datagrams, many per system call: UDP, or a Unix datagram socket. A receive allocates nothing once it is compiled.
 * Thread-safe; any thread may close it.
 *
 * <p>Several receivers can share a UDP port: the first is opened by {@link #openUdp}, the others by {@link #openAnother}. The kernel selects
 * the receiver of a datagram by a hash of the sender's address and port. So one sender uses one receiver.
 *
 * <p>A Unix socket drops nothing: clients wait, or get an error, while {@code net.unix.max_dgram_qlen} datagrams are in its queue.
 */
public final class DatagramReceiver implements AutoCloseable {
    /** Largest receive buffer, in bytes: 1 GiB. */
    public static final int MAX_BUFFER_BYTES = 1 << 30;

    // Of enum percpu_sharing and enum percpu_receive_flag.
    private static final int FIRST = 0;
    private static final int NEXT = 1;
    private static final int WAIT = 1;
    private static final int SENDERS = 2;

    private static final int MAX_PATH_BYTES = 107;
    private static final int MAX_MODE = 0777;

    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int ENOTDIR = 20;
    private static final int EMFILE = 24;
    private static final int EROFS = 30;
    private static final int ENOSYS = 38;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;

    private final int socket;
    private final Endpoint endpoint;
    private final int receiveFlags;

    // Guarded by this.
    private int calls;
    private boolean closed;
    private boolean released;
    private int limitMillis;
    private long drops;
    private boolean areDropsKnown;

    /** The place of a socket. */
    private sealed interface Endpoint {}

    private record Udp(InetAddress address, int port, int bufferBytes, boolean senders) implements Endpoint {
        @Override
        public String toString() {
            return "UDP socket " + address.getHostAddress() + " port " + port;
        }
    }

    /** A path, and the identity of its socket file; null if it is unknown. */
    private record Unix(Path path, @Nullable Object fileKey) implements Endpoint {
        @Override
        public String toString() {
            return "Unix socket " + path;
        }
    }

    /** The receive call. It waits, so it is not a critical downcall. */
    private static final class Calls {
        private static final MethodHandle RECEIVE = bind();

        private Calls() {}

        @SuppressWarnings("restricted") // this package makes the downcalls
        private static MethodHandle bind() {
            return Linker.nativeLinker()
                    .downcallHandle(
                            PercpuLibrary.symbols().findOrThrow("percpu_receive"),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
        }
    }

    private DatagramReceiver(int socket, Endpoint endpoint, int receiveFlags) {
        this.socket = socket;
        this.endpoint = endpoint;
        this.receiveFlags = receiveFlags;
    }

    /**
     * Opens the first receiver of a UDP port. It fails if any other socket has the port, also one that would share it.
     *
     * @param address address of this host and port, 0 to 65535; port 0 selects a free one. The IPv6 address {@code ::} receives IPv4 too.
     * @param bufferBytes size of the receive buffer, 1 to {@link #MAX_BUFFER_BYTES}; see {@link #receiveBufferBytes}
     * @param senders whether {@link PacketBatch#sender} is known; it costs about 60 ns per packet
     * @throws BindException if the port is in use or privileged, or if the host does not have the address
     * @throws IOException if the kernel or a sandbox refuses the socket
     * @throws IllegalArgumentException if the address is unresolved or a number is out of its range
     * @throws LibraryUnavailableException if the native library cannot be used
     */
    public static DatagramReceiver openUdp(InetSocketAddress address, int bufferBytes, boolean senders)
            throws IOException {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("address must be resolved, but was " + address);
        }
        if (bufferBytes < 1 || bufferBytes > MAX_BUFFER_BYTES) {
            throw new IllegalArgumentException(
                    "bufferBytes must be 1 to " + MAX_BUFFER_BYTES + ", but was " + bufferBytes);
        }
        return openUdp(new Udp(host, address.getPort(), bufferBytes, senders), FIRST);
    }

    private static DatagramReceiver openUdp(Udp udp, int sharing) throws IOException {
        NativeFunctions functions = PercpuLibrary.functions();
        byte[] address = udp.address.getAddress();
        int scope = udp.address instanceof Inet6Address six ? six.getScopeId() : 0;
        int socket = functions.percpu_udp_open(address, address.length, scope, udp.port, udp.bufferBytes, sharing);
        if (socket < 0) {
            throw refused(udp, " must be free, but another socket has the port", -socket);
        }
        Udp bound = new Udp(udp.address, functions.percpu_socket_port(socket), udp.bufferBytes, udp.senders);
        return new DatagramReceiver(socket, bound, udp.senders ? SENDERS : 0);
    }

    /**
     * Opens a further receiver of the same UDP port, with the same settings.
     *
     * @throws IOException if the kernel or a sandbox refuses the socket
     * @throws IllegalStateException if this receiver is closed, or is a Unix socket
     */
    public DatagramReceiver openAnother() throws IOException {
        if (!(endpoint instanceof Udp udp)) {
            throw new IllegalStateException("receiver must be of UDP to share its port, but was " + endpoint);
        }
        enter();
        try {
            return openUdp(udp, NEXT);
        } finally {
            leave();
        }
    }

    /**
     * Opens a Unix datagram socket. A socket file that an ended process left is removed.
     *
     * @param path path of the socket file, at most 107 bytes in UTF-8
     * @param mode permissions of the file, 0 to 0777. Clients need to write. 0 keeps those that the umask of this process gives.
     * @throws BindException if the path is the socket of a live process, or any other file, or if its folder does not exist or cannot be
     *     written
     * @throws IOException if the kernel or a sandbox refuses the socket
     * @throws IllegalArgumentException if the path or the mode is out of its range
     * @throws LibraryUnavailableException if the native library cannot be used
     */
    public static DatagramReceiver openUnix(Path path, int mode) throws IOException {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 1 || bytes.length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException(
                    "path must have 1 to " + MAX_PATH_BYTES + " bytes, but had " + bytes.length + ": " + path);
        }
        if (mode < 0 || mode > MAX_MODE) {
            throw new IllegalArgumentException("mode must be 0 to 0777, but was 0" + Integer.toOctalString(mode));
        }
        int socket = PercpuLibrary.functions().percpu_unix_open(bytes, bytes.length, mode);
        if (socket < 0) {
            throw refused(
                    new Unix(path, null),
                    " must be free, but is the socket of a live process, or another file",
                    -socket);
        }
        return new DatagramReceiver(socket, new Unix(path, fileKey(path)), 0);
    }

    private static @Nullable Object fileKey(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static IOException refused(Endpoint endpoint, String inUse, int errno) {
        return switch (errno) {
            case EADDRINUSE -> new BindException(endpoint + inUse);
            case EADDRNOTAVAIL ->
                new BindException(endpoint + " must have an address of this host, but no interface has it");
            case EACCES -> new BindException(endpoint + " must be permitted to this user, but was denied (EACCES)");
            case ENOENT, ENOTDIR -> new BindException(endpoint + " must be in a folder that exists");
            case EROFS ->
                new BindException(endpoint + " must be in a folder that can be written, but was denied (EROFS)");
            default -> failed("opening " + endpoint, errno);
        };
    }

    private static IOException failed(String what, int errno) {
        String name = switch (errno) {
            case EPERM -> " (EPERM, as if a sandbox denies it)";
            case ENOSYS -> " (ENOSYS, as if the kernel does not have it or a sandbox denies it)";
            case EMFILE -> " (EMFILE, the limit of open files)";
            default -> "";
        };
        return new IOException(what + " failed with errno " + errno + name);
    }

    /**
     * Receives the packets that wait in the socket, as many as fit into the batch. Several threads may call this at the same time, each
     * with its own batch.
     *
     * @param batch receives the packets; those of an earlier call are removed
     * @param timeoutMillis time to wait for the first packet, in milliseconds; 0 does not wait. If another thread waits at the same time,
     *     either time may hold for both.
     * @return the number of packets; 0 after the time
     * @throws IOException if the kernel or a sandbox refuses the call
     * @throws IllegalStateException if this receiver is closed before or during the call, or if the arena of the batch is closed
     * @throws IllegalArgumentException if the time is negative
     */
    public int receive(PacketBatch batch, int timeoutMillis) throws IOException {
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException("timeoutMillis must be at least 0, but was " + timeoutMillis);
        }
        batch.clear();
        MemorySegment control = batch.control();
        int result;
        boolean wasClosed;
        enter();
        try {
            limitWait(timeoutMillis);
            result = receive(control, timeoutMillis == 0 ? receiveFlags : receiveFlags | WAIT);
        } finally {
            wasClosed = leave();
        }
        if (wasClosed) { // the packets may be the empty ones of a socket that was woken
            throw closedReceiver();
        }
        if (result < 0) {
            throw failed("recvmmsg(2) on " + endpoint, -result);
        }
        batch.received(result);
        return result;
    }

    private int receive(MemorySegment control, int flags) {
        try {
            return (int) Calls.RECEIVE.invokeExact(socket, control, flags);
        } catch (RuntimeException | Error e) {
            throw e; // the arena is closed, or is confined to another thread
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws no checked exception", e);
        }
    }

    /** The time is an option of the socket. It is set when it changes. */
    private synchronized void limitWait(int millis) throws IOException {
        if (millis == 0 || millis == limitMillis) {
            return;
        }
        int result = PercpuLibrary.functions().percpu_socket_limit_wait(socket, millis);
        if (result < 0) {
            throw failed("setsockopt(2) on " + endpoint, -result);
        }
        limitMillis = millis;
    }

    /**
     * Returns the number of packets that the kernel has dropped since the socket was opened, because its buffer was full or a checksum was
     * wrong. Empty if the kernel does not count them (Linux before 4.12, gVisor). After {@link #close()}: the last number.
     */
    public synchronized OptionalLong drops() {
        if (!released) {
            updateDrops();
        }
        return areDropsKnown ? OptionalLong.of(drops) : OptionalLong.empty();
    }

    /** The kernel's number has 32 bits. */
    private void updateDrops() {
        long now = PercpuLibrary.functions().percpu_socket_drops(socket);
        areDropsKnown = now >= 0;
        if (areDropsKnown) {
            drops += (now - drops) & 0xffff_ffffL;
        }
    }

    /**
     * Returns the granted size of the receive buffer, in bytes. The kernel grants at most {@code net.core.rmem_max}. A Unix socket does not
     * use it.
     *
     * @throws IOException if the kernel or a sandbox refuses the call
     * @throws IllegalStateException if this receiver is closed
     */
    public long receiveBufferBytes() throws IOException {
        enter();
        try {
            long bytes = PercpuLibrary.functions().percpu_socket_buffer(socket);
            if (bytes < 0) {
                throw failed("getsockopt(2) on " + endpoint, (int) -bytes);
            }
            return bytes;
        } finally {
            leave();
        }
    }

    /**
     * Returns the UDP port.
     *
     * @throws IllegalStateException if this receiver is a Unix socket
     */
    public int port() {
        if (!(endpoint instanceof Udp udp)) {
            throw new IllegalStateException("receiver must be of UDP to have a port, but was " + endpoint);
        }
        return udp.port;
    }

    /** Begins a call that uses the socket: it is not closed before {@link #leave}. */
    private synchronized void enter() {
        if (closed) {
            throw closedReceiver();
        }
        calls++;
    }

    /** Ends such a call. Returns whether the receiver was closed during the call. */
    private synchronized boolean leave() {
        calls--;
        if (closed) {
            notifyAll();
        }
        return closed;
    }

    private IllegalStateException closedReceiver() {
        return new IllegalStateException("receiver must be open, but was closed: " + endpoint);
    }

    /**
     * Closes the socket, and removes the file of a Unix socket. A receive call that waits on another thread ends with an exception, and this
     * method returns after it. Packets in the queue are lost. A second call does nothing.
     */
    @Override
    public synchronized void close() {
        closed = true;
        if (released) {
            return;
        }
        NativeFunctions functions = PercpuLibrary.functions();
        functions.percpu_socket_wake(socket);
        boolean interrupted = false;
        while (calls > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (!released) {
            released = true;
            updateDrops();
            removeFile();
            functions.percpu_socket_close(socket);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes the socket file, unless it is that of a later socket. */
    private void removeFile() {
        if (endpoint instanceof Unix unix && unix.fileKey != null && unix.fileKey.equals(fileKey(unix.path))) {
            try {
                Files.deleteIfExists(unix.path);
            } catch (IOException e) {
                // The next socket at this path removes the file, because no process has it.
            }
        }
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
