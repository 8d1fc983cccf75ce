package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.percpu.JavaProgram;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sockets are of the loopback interface, and of a temporary folder. */
@Timeout(60)
class DatagramReceiverTest {
    private static final int BUFFER = 1 << 20;
    private static final int SLOT = 256;
    private static final int LIMIT = 10_000;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

    @TempDir
    private Path folder;

    private final PacketBatch batch = new PacketBatch(64, SLOT);

    private static DatagramReceiver open() throws IOException {
        return open(new InetSocketAddress(LOOPBACK, 0));
    }

    private static DatagramReceiver open(InetSocketAddress address) throws IOException {
        return DatagramReceiver.openUdp(address, BUFFER, true);
    }

    /** Opens a client of a receiver. */
    private static DatagramChannel client(DatagramReceiver receiver) throws IOException {
        return DatagramChannel.open().connect(new InetSocketAddress(LOOPBACK, receiver.port()));
    }

    private byte[] bytes(int packet) {
        return batch.bytes(batch.start(packet), batch.start(packet) + batch.length(packet));
    }

    private static byte[] packet(int number, int length) {
        byte[] bytes = new byte[length];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::"})
    void shouldReceiveEachPacket(String address) throws IOException {
        assumeTrue(!address.contains(":") || hasIpv6(), "this host has no IPv6");
        try (DatagramReceiver receiver = open(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
                DatagramChannel client = client(receiver)) {
            int received = 0;
            for (int sent = 0; sent < 1_000; ) {
                for (int i = 0; i < 1 + sent % 100; i++) {
                    client.write(ByteBuffer.wrap(packet(sent, 1 + sent % (SLOT + 50))));
                    sent++;
                }
                while (received < sent) {
                    int count = receiver.receive(batch, LIMIT);
                    assertThat(count).isPositive().isEqualTo(batch.count()).isLessThanOrEqualTo(64);
                    for (int i = 0; i < count; i++) {
                        int length = 1 + received % (SLOT + 50);
                        assertThat(bytes(i)).isEqualTo(Arrays.copyOf(packet(received, length), Math.min(length, SLOT)));
                        assertThat(batch.isTruncated(i)).isEqualTo(length > SLOT);
                        assertThat(batch.sender(i)).isEqualTo(0x7f000001);
                        received++;
                    }
                }
            }
            assertThat(receiver.receive(batch, 0)).isZero();
            assertThat(batch.count()).isZero();
            assertThat(receiver.drops()).hasValue(0);
        }
    }

    private static boolean hasIpv6() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK_6, 0))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldIdentifySendersIfThatIsRequested() throws IOException {
        try (DatagramReceiver receiver = DatagramReceiver.openUdp(new InetSocketAddress(LOOPBACK, 0), BUFFER, false);
                DatagramReceiver other = open();
                DatagramChannel client = client(receiver);
                DatagramChannel otherClient = client(other)) {
            // The same batch with and without senders.
            for (int i = 0; i < 3; i++) {
                otherClient.write(ByteBuffer.wrap(new byte[1]));
                assertThat(other.receive(batch, LIMIT)).isEqualTo(1);
                assertThat(batch.sender(0)).isEqualTo(0x7f000001);
                client.write(ByteBuffer.wrap(new byte[1]));
                assertThat(receiver.receive(batch, LIMIT)).isEqualTo(1);
                assertThat(batch.sender(0)).isZero();
            }
        }
        assumeTrue(hasIpv6(), "this host has no IPv6");
        try (DatagramReceiver receiver = open(new InetSocketAddress(LOOPBACK_6, 0));
                DatagramChannel client = DatagramChannel.open(StandardProtocolFamily.INET6)
                        .connect(new InetSocketAddress(LOOPBACK_6, receiver.port()))) {
            client.write(ByteBuffer.wrap(new byte[1]));
            assertThat(receiver.receive(batch, LIMIT)).isEqualTo(1);
            assertThat(batch.sender(0)).isEqualTo(1);
        }
    }

    /** The senders wait for each other, so that no packet is dropped. */
    @Test
    void shouldShareAPort() throws Exception {
        int senders = 8;
        int packets = 20_000;
        List<DatagramReceiver> receivers = new ArrayList<>(List.of(open()));
        receivers.add(receivers.getFirst().openAnother());
        receivers.add(receivers.getLast().openAnother());
        AtomicBoolean sent = new AtomicBoolean();
        long[][] received = new long[receivers.size()][senders];
        try (ExecutorService executor = Executors.newCachedThreadPool()) {
            List<Future<?>> reading = new ArrayList<>();
            for (int i = 0; i < receivers.size(); i++) {
                int number = i;
                reading.add(executor.submit(() -> {
                    count(receivers.get(number), sent, received[number]);
                    return null;
                }));
            }
            List<Future<?>> sending = new ArrayList<>();
            for (int i = 0; i < senders; i++) {
                byte number = (byte) i;
                sending.add(executor.submit(() -> {
                    try (DatagramChannel client = client(receivers.getFirst())) {
                        for (int k = 0; k < packets; k++) {
                            client.write(ByteBuffer.wrap(new byte[] {number}));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : sending) {
                future.get();
            }
            sent.set(true);
            for (Future<?> future : reading) {
                future.get();
            }
        }
        long sum = 0;
        for (int i = 0; i < receivers.size(); i++) {
            assertThat(receivers.get(i).port()).isEqualTo(receivers.getFirst().port());
            sum += Arrays.stream(received[i]).sum() + receivers.get(i).drops().orElse(0);
            receivers.get(i).close();
        }
        assertThat(sum).isEqualTo((long) senders * packets);
        for (int i = 0; i < senders; i++) {
            int sender = i;
            assertThat(Arrays.stream(received).filter(it -> it[sender] > 0))
                    .as("receivers of sender %d", i)
                    .hasSize(1);
        }
    }

    private static void count(DatagramReceiver receiver, AtomicBoolean sent, long[] received) throws IOException {
        PacketBatch packets = new PacketBatch(PacketBatch.MAX_CAPACITY, 64);
        boolean last;
        do {
            last = sent.get();
            while (receiver.receive(packets, 1) > 0) {
                for (int i = 0; i < packets.count(); i++) {
                    received[packets.unsignedByte(packets.start(i))]++;
                }
            }
        } while (!last);
    }

    @Test
    void shouldCountDropsToThePacket() throws IOException {
        DatagramReceiver receiver = DatagramReceiver.openUdp(new InetSocketAddress(LOOPBACK, 0), 4096, true);
        long received = 0;
        try (DatagramChannel client = client(receiver)) {
            for (int round = 0; round < 10; round++) {
                for (int i = 0; i < 500; i++) {
                    client.write(ByteBuffer.wrap(new byte[8]));
                }
                for (int count; (count = receiver.receive(batch, 0)) > 0; ) {
                    received += count;
                }
            }
        }
        assumeTrue(receiver.drops().isPresent(), "this kernel does not count drops");
        long drops = receiver.drops().getAsLong();
        assertThat(drops).isPositive();
        assertThat(received + drops).isEqualTo(5_000);
        receiver.close();
        assertThat(receiver.drops()).as("after close").hasValue(drops);
    }

    @Test
    void shouldRejectAPortInUse() throws IOException {
        for (boolean shared : new boolean[] {false, true}) {
            try (DatagramChannel other = DatagramChannel.open().setOption(StandardSocketOptions.SO_REUSEPORT, shared)) {
                other.bind(new InetSocketAddress(LOOPBACK, 0));
                InetSocketAddress address = (InetSocketAddress) other.getLocalAddress();
                assertThatExceptionOfType(BindException.class)
                        .isThrownBy(() -> open(address))
                        .withMessage("UDP socket 127.0.0.1 port %d must be free, but another socket has the port"
                                .formatted(address.getPort()));
                assertThatExceptionOfType(BindException.class)
                        .isThrownBy(() -> open(new InetSocketAddress("0.0.0.0", address.getPort())));
            }
        }
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> open(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0)))
                .withMessageContaining("must have an address of this host");
    }

    @Test
    void shouldReportTheGrantedBuffer() throws IOException {
        long most = Long.parseLong(
                Files.readAllLines(Path.of("/proc/sys/net/core/rmem_max")).getFirst());
        for (int bytes : new int[] {1 << 16, DatagramReceiver.MAX_BUFFER_BYTES}) {
            try (DatagramReceiver receiver =
                    DatagramReceiver.openUdp(new InetSocketAddress(LOOPBACK, 0), bytes, false)) {
                assertThat(receiver.receiveBufferBytes()).isEqualTo(Math.min(bytes, most));
            }
        }
    }

    @Test
    void shouldReceiveFromAUnixSocket() throws Exception {
        Path path = folder.resolve("socket");
        try (DatagramReceiver receiver = DatagramReceiver.openUnix(path, 0722)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx-w--w-");
            assertThat(receiver).hasToString("Unix socket " + path);
            try (UnixDatagrams client = new UnixDatagrams(path)) {
                for (int i = 0; i < 5; i++) {
                    client.send(("packet " + i).getBytes(StandardCharsets.UTF_8));
                }
            }
            int received = 0;
            while (received < 5) {
                assertThat(receiver.receive(batch, LIMIT)).isPositive();
                for (int i = 0; i < batch.count(); i++) {
                    assertThat(bytes(i)).asString().isEqualTo("packet " + received++);
                    assertThat(batch.sender(i)).isZero();
                }
            }
            assertThat(receiver.drops()).hasValue(0);
            assertThatIllegalStateException().isThrownBy(receiver::port);
            assertThatIllegalStateException().isThrownBy(receiver::openAnother);
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> DatagramReceiver.openUnix(path, 0))
                    .withMessage("Unix socket %s must be free, but is the socket of a live process, or another file"
                            .formatted(path));
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void shouldRemoveTheFileOfAnEndedSocketAndNoOther() throws IOException {
        Path left = folder.resolve("left");
        UnixDatagrams.leave(left);
        assertThat(left).exists();
        DatagramReceiver receiver = DatagramReceiver.openUnix(left, 0);

        // Another process may remove the file and open its own.
        Files.delete(left);
        DatagramReceiver later = DatagramReceiver.openUnix(left, 0);
        receiver.close();
        assertThat(left).as("file of the later socket").exists();
        later.close();
        assertThat(left).doesNotExist();

        Path file = Files.writeString(folder.resolve("file"), "kept");
        assertThatExceptionOfType(BindException.class).isThrownBy(() -> DatagramReceiver.openUnix(file, 0));
        assertThat(file).hasContent("kept");
        for (String missing : List.of("none/socket", "file/socket")) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> DatagramReceiver.openUnix(folder.resolve(missing), 0))
                    .withMessageContaining(missing + " must be in a folder that exists");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldEndAReceiveThatWaits(boolean unix) throws Exception {
        for (int round = 0; round < 50; round++) {
            DatagramReceiver receiver = unix ? DatagramReceiver.openUnix(folder.resolve("close" + round), 0) : open();
            CountDownLatch started = new CountDownLatch(2);
            try (ExecutorService executor = Executors.newCachedThreadPool()) {
                List<Future<?>> waiting = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    waiting.add(executor.submit(() -> {
                        PacketBatch own = new PacketBatch(4, 64);
                        started.countDown();
                        assertThatIllegalStateException()
                                .isThrownBy(() -> receiver.receive(own, 1_000_000))
                                .withMessageContaining("was closed");
                        assertThat(own.count()).isZero();
                    }));
                }
                started.await();
                receiver.close();
                for (Future<?> future : waiting) {
                    future.get();
                }
            }
            receiver.close();
            assertThatIllegalStateException().isThrownBy(() -> receiver.receive(batch, 0));
            assertThatIllegalStateException().isThrownBy(receiver::receiveBufferBytes);
            if (!unix) {
                open(new InetSocketAddress(LOOPBACK, receiver.port())).close(); // the port is free at once
                assertThatIllegalStateException().isThrownBy(receiver::openAnother);
            }
        }
    }

    @Test
    void shouldWaitForTheTimeAtMost() throws IOException {
        try (DatagramReceiver receiver = open()) {
            for (int millis : new int[] {1, 20, 1, 5}) {
                long start = System.nanoTime();
                assertThat(receiver.receive(batch, millis)).isZero();
                assertThat(System.nanoTime() - start)
                        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(millis) - 100_000);
            }
        }
    }

    @Test
    void shouldRejectInvalidArguments() throws IOException {
        InetSocketAddress free = new InetSocketAddress(LOOPBACK, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> open(InetSocketAddress.createUnresolved("localhost", 0)));
        for (int bytes : new int[] {0, -1, Integer.MIN_VALUE, DatagramReceiver.MAX_BUFFER_BYTES + 1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> DatagramReceiver.openUdp(free, bytes, true));
        }
        for (int mode : new int[] {-1, 01000, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DatagramReceiver.openUnix(folder.resolve("mode"), mode));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> DatagramReceiver.openUnix(Path.of(""), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DatagramReceiver.openUnix(folder.resolve("x".repeat(108)), 0));
        try (DatagramReceiver receiver = open()) {
            assertThatIllegalArgumentException().isThrownBy(() -> receiver.receive(batch, -1));
        }
        for (int capacity : new int[] {0, -1, PacketBatch.MAX_CAPACITY + 1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new PacketBatch(capacity, 64));
        }
        for (int bytes : new int[] {0, -64, 63, 65, 65_600}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new PacketBatch(1, bytes));
        }
    }

    /** A parser may compute a wrong offset from a hostile packet: that must not end the process. */
    @Test
    void shouldReadWithinItsMemoryOnly() {
        PacketBatch packets = new PacketBatch(2, 64);
        packets.add(new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) 0x88}, 0);
        packets.endWithLineFeed(0);
        long start = packets.start(0);

        assertThat(packets.word(start)).isEqualTo(0x8807060504030201L);
        assertThat(packets.unsignedByte(start + 7)).isEqualTo(0x88);
        assertThat(packets.unsignedByte(start + 8)).isEqualTo('\n');
        assertThat(packets.bytes(start + 1, start + 3)).containsExactly(2, 3);
        packets.word(packets.start(1) + 64 + PacketBatch.PADDING - 8);
        long end = packets.start(1) + 64 + PacketBatch.PADDING;
        for (long offset : new long[] {-1, end - 7, end, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> packets.word(offset));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> packets.unsignedByte(offset));
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> packets.bytes(start, end + 1));
    }

    /** Prints why a receiver cannot be opened. */
    static final class WithoutLibrary {
        private WithoutLibrary() {}

        public static void main(String[] arguments) throws IOException {
            try {
                new PacketBatch(1, 64).add(new byte[3], 0); // needs no library
                open().close();
            } catch (LibraryUnavailableException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void shouldReportThatTheLibraryIsUnavailable() throws Exception {
        String withoutJna = Arrays.stream(JavaProgram.libraries().split(":"))
                .filter(path -> !path.matches(".*/jna-.*"))
                .collect(Collectors.joining(":"));

        JavaProgram.Ended ended =
                new JavaProgram(WithoutLibrary.class).classPath(withoutJna).run();

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("of JNA cannot be used: it is not on the class path");
    }

    /** Returns the minimum of several runs: the JIT still compiles during the first ones. */
    private long bytesAllocated(DatagramReceiver receiver, DatagramChannel client, int packets) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuffer packet = ByteBuffer.allocateDirect(8);
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 50 && least > 0; run++) {
            long allocated = 0;
            for (int i = 0; i < 2_000; i++) {
                for (int k = 0; k < packets; k++) {
                    client.write(packet.rewind());
                }
                long before = threads.getCurrentThreadAllocatedBytes();
                receiver.receive(batch, packets == 0 ? 0 : LIMIT);
                allocated += threads.getCurrentThreadAllocatedBytes() - before;
            }
            least = Math.min(least, allocated);
        }
        return least;
    }

    @Test
    void shouldAllocateNothing() throws IOException {
        try (DatagramReceiver receiver = open();
                DatagramChannel client = client(receiver)) {
            assertThat(bytesAllocated(receiver, client, 0))
                    .as("2000 calls without packets")
                    .isZero();
            assertThat(bytesAllocated(receiver, client, 3))
                    .as("2000 calls with 3 packets")
                    .isZero();
        }
    }
}
