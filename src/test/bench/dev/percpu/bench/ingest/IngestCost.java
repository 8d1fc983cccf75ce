package dev.percpu.bench.ingest;

import dev.percpu.bench.ingest.IngestResults.LargestRate;
import dev.percpu.bench.ingest.StatsdReceiver.Kind;
import dev.percpu.bench.ingest.StatsdReceiver.Programs;
import dev.percpu.bench.ingest.StatsdSender.Sent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A measurement of the CPU time of StatsD receivers per sample, run by {@code make bench ARGS=ingest}.
 *
 * <p>The receivers run on one CPU and the sender on another. In each round every receiver of a case runs in a new process. After the
 * warm-up, a round has two passes; slow receivers are in the first one only. In a pass, each receiver gets the same load, one after another,
 * while the others are idle. The CPU time that a receiver uses when it is idle is subtracted.
 */
public final class IngestCost {
    private static final boolean QUICK = Boolean.getBoolean("bench.quick");
    private static final int ROUNDS = QUICK ? 1 : 3;
    /** Time after which later rounds measure no further case. */
    private static final long BUDGET_SECONDS = 450;

    private static final int PASSES = 2;
    private static final int WINDOW_SECONDS = 2;
    private static final int IDLE_SECONDS = 2;
    /** Attempts at a window without loss. */
    private static final int ATTEMPTS = 3;

    private static final int RECEIVER_CPU = 0;
    private static final int SENDER_CPU = 1;
    /** Packets of a run at full speed. They take 2 to 4 seconds. */
    private static final int FULL_SPEED_PACKETS = 1_000_000;

    private static final int RATE_STEPS = 5;
    /** Part of the rate of the case with which the search for the largest rate begins. */
    private static final double LOWEST_RATE = 4;

    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Programs programs;
    private final Path directory;
    private final StatsdSender sender;
    private final IngestResults results = new IngestResults();
    private final long startNanos = System.nanoTime();

    private IngestCost(Programs programs, Path directory) {
        this.programs = programs;
        this.directory = directory;
        this.sender = new StatsdSender(programs.sender(), SENDER_CPU);
    }

    /**
     * Runs all rounds and writes the report.
     *
     * @param target folder of the build
     * @param directory folder of the report
     * @param document Markdown file in which the block {@code ingest} is replaced, or null
     * @throws IOException if a file cannot be written
     */
    public static void run(Path target, Path directory, @Nullable Path document) throws IOException {
        Path root = target.toAbsolutePath();
        Programs programs = new Programs(
                root.resolve("native-test/bench/statsd_sender"),
                root.resolve("native-test/bench/datagram_floor"),
                root.resolve("quarkus-app/quarkus-run.jar"),
                root.resolve("bench/npm"));
        Path files = Files.createDirectories(directory.toAbsolutePath().resolve("ingest"));
        try {
            new IngestReport(new IngestCost(programs, files).measure()).write(directory, document);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private IngestResults measure() throws IOException, InterruptedException {
        for (int round = 1; round <= ROUNDS; round++) {
            for (IngestCase load : IngestCase.ALL) {
                if (round == 1 || seconds() < BUDGET_SECONDS) {
                    measureRound(load, round);
                }
            }
        }
        ServiceFigures.measure(programs, directory.resolve("service"), RECEIVER_CPU, sender, results);
        return results;
    }

    private void measureRound(IngestCase load, int round) throws IOException, InterruptedException {
        List<StatsdReceiver> receivers = new ArrayList<>();
        try {
            for (Kind kind : Kind.values()) {
                StatsdReceiver started = start(kind, load, round);
                if (started != null) {
                    receivers.add(started);
                }
            }
            if (round == 1) {
                results.rate(load, commonRate(load, receivers));
            }
            Map<Kind, Double> idle = idleShares(receivers);
            for (int pass = 0; pass < PASSES; pass++) {
                Collections.rotate(receivers, round);
                if (pass % 2 == 1) {
                    Collections.reverse(receivers);
                }
                for (StatsdReceiver receiver : receivers) {
                    if (pass > 0 && !receiver.kind().hasCommonRate()) {
                        continue;
                    }
                    Window window = window(receiver, load, round, idle.get(receiver.kind()));
                    results.add(load, receiver.kind(), window);
                    progress(load, receiver.kind(), window, idle.get(receiver.kind()));
                }
            }
            if (round == 1 && load.equals(IngestCase.TEN)) {
                for (StatsdReceiver receiver : receivers) {
                    LargestRate rate = largestRateAlone(receiver, load, receivers);
                    results.add(receiver.kind(), rate);
                    System.out.printf(
                            Locale.ROOT,
                            "%4d s  %-20s %-13s %9.0f samples/s without loss%s%n",
                            seconds(),
                            load.title(),
                            receiver.kind().title(),
                            rate.samplesPerSecond(),
                            rate.sendersLimit() ? ", all that the sender sends" : "");
                }
            }
        } finally {
            receivers.forEach(StatsdReceiver::close);
        }
    }

    /** Starts and warms up a receiver. Returns null, with a line of the report, if that fails. */
    private @Nullable StatsdReceiver start(Kind kind, IngestCase load, int round) throws InterruptedException {
        StatsdReceiver receiver = null;
        try {
            Path files = directory
                    .resolve(load.title() + "-" + round)
                    .resolve(kind.name().toLowerCase(Locale.ROOT));
            receiver = StatsdReceiver.start(kind, programs, files, RECEIVER_CPU);
            int rate = rate(kind, load);
            send(receiver, load, (long) kind.warmUpSeconds() * rate, rate);
            if (kind.flushes()) {
                // It knows a series after its next flush.
                TimeUnit.MILLISECONDS.sleep(1_100L * kind.flushSeconds());
            }
            long series = receiver.series();
            if (series == 0) {
                throw new IOException("it accepted no sample");
            }
            System.out.printf(
                    "%4d s  %-20s %-13s started, knows %d series%n", seconds(), load.title(), kind.title(), series);
            return receiver;
        } catch (IOException e) {
            if (receiver != null) {
                receiver.close();
            }
            results.missing(load.title() + ", " + kind.title(), e.getMessage());
            System.out.printf(
                    "%4d s  %-20s %-13s left out: %s%n", seconds(), load.title(), kind.title(), e.getMessage());
            return null;
        }
    }

    private int rate(Kind kind, IngestCase load) {
        return kind.packetsPerSecond(load, results.rate(load));
    }

    /** Returns the largest rate of a case at which no receiver loses packets in a moment; the lowest one if all rates have losses. */
    private int commonRate(IngestCase load, List<StatsdReceiver> receivers) throws IOException, InterruptedException {
        for (int rate : load.rates()) {
            boolean lost = false;
            for (StatsdReceiver receiver : receivers) {
                if (receiver.kind().hasCommonRate() && !lost) {
                    lost = loses(receiver, load, rate, 2);
                }
            }
            if (!lost) {
                return rate;
            }
        }
        return load.rates().getLast();
    }

    private boolean loses(StatsdReceiver receiver, IngestCase load, int packetsPerSecond, int seconds)
            throws IOException, InterruptedException {
        long dropped = ReceiverSocket.of(receiver.port()).droppedPackets();
        send(receiver, load, (long) seconds * packetsPerSecond, packetsPerSecond);
        return ReceiverSocket.of(receiver.port()).droppedPackets() != dropped;
    }

    /** Returns the CPU nanoseconds that each receiver uses in a second without load. */
    private static Map<Kind, Double> idleShares(List<StatsdReceiver> receivers) throws InterruptedException {
        Map<Kind, Long> before = new EnumMap<>(Kind.class);
        receivers.forEach(it -> before.put(it.kind(), ProcessClock.nanos(it.pid())));
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        double elapsedSeconds = (System.nanoTime() - start) / 1e9;
        Map<Kind, Double> idle = new EnumMap<>(Kind.class);
        receivers.forEach(
                it -> idle.put(it.kind(), (ProcessClock.nanos(it.pid()) - before.get(it.kind())) / elapsedSeconds));
        return idle;
    }

    /** Measures one window. If packets are lost, it tries again, and returns the window with the least loss. */
    private Window window(StatsdReceiver receiver, IngestCase load, int round, double idlePerSecond)
            throws IOException, InterruptedException {
        Kind kind = receiver.kind();
        int rate = rate(kind, load);
        int seconds = (WINDOW_SECONDS + kind.flushSeconds() - 1) / kind.flushSeconds() * kind.flushSeconds();
        Window best = null;
        for (int attempt = 0; attempt < ATTEMPTS && (best == null || best.lostPackets() > 0); attempt++) {
            if (kind.flushes()) {
                // A flush in the window processes as many samples as the window has, because it includes earlier ones.
                send(receiver, load, (long) kind.flushSeconds() * rate, rate);
            }
            long dropped = ReceiverSocket.of(receiver.port()).droppedPackets();
            long start = System.nanoTime();
            long before = ProcessClock.nanos(receiver.pid());
            Sent sent = send(receiver, load, (long) seconds * rate, rate);
            double used = ProcessClock.nanos(receiver.pid()) - before;
            double elapsedSeconds = (System.nanoTime() - start) / 1e9;
            long lost = ReceiverSocket.of(receiver.port()).droppedPackets() - dropped;
            long packets = sent.packets() - lost;
            Window window = new Window(
                    round, packets, packets * load.samplesPerPacket(), lost, used - idlePerSecond * elapsedSeconds);
            if (best == null || lost < best.lostPackets()) {
                best = window;
            }
        }
        return Objects.requireNonNull(best);
    }

    /** Sends packets, and waits until the receiver has taken all of them from its socket. */
    private Sent send(StatsdReceiver receiver, IngestCase load, long packets, int packetsPerSecond)
            throws IOException, InterruptedException {
        Sent sent = sender.send(load, receiver.kind().style(), receiver.port(), packets, packetsPerSecond);
        long start = System.nanoTime();
        while (ReceiverSocket.of(receiver.port()).queuedBytes() > 0) {
            if (System.nanoTime() - start > DRAIN_NANOS) {
                throw new IOException(receiver.kind().title() + " did not take its packets within 10 seconds");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        // The last batch has left the socket, but it may not be processed yet.
        TimeUnit.MILLISECONDS.sleep(5);
        return sent;
    }

    /** Looks for the largest rate while the other receivers are stopped: the flush of one takes 46 ms of the CPU that they share. */
    private LargestRate largestRateAlone(StatsdReceiver receiver, IngestCase load, List<StatsdReceiver> receivers)
            throws IOException, InterruptedException {
        List<Long> others = receivers.stream()
                .filter(it -> it.kind() != receiver.kind())
                .map(StatsdReceiver::pid)
                .toList();
        signal("STOP", others);
        try {
            return largestRate(receiver, load);
        } finally {
            signal("CONT", others);
        }
    }

    private static void signal(String signal, List<Long> pids) throws IOException, InterruptedException {
        if (pids.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(command + " must exit with 0");
        }
    }

    /** Looks for the largest rate without loss between the rate of the case and all that the sender can send. */
    private LargestRate largestRate(StatsdReceiver receiver, IngestCase load) throws IOException, InterruptedException {
        double fullSpeed = 0;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long dropped = ReceiverSocket.of(receiver.port()).droppedPackets();
            Sent sent = send(receiver, load, FULL_SPEED_PACKETS, StatsdSender.AS_FAST_AS_POSSIBLE);
            fullSpeed = sent.packetsPerSecond();
            if (ReceiverSocket.of(receiver.port()).droppedPackets() == dropped) {
                return new LargestRate(fullSpeed * load.samplesPerPacket(), true);
            }
        }
        double without = 0;
        double low = rate(receiver.kind(), load) / LOWEST_RATE;
        double high = fullSpeed;
        for (int step = 0; step < RATE_STEPS; step++) {
            int rate = (int) Math.sqrt(low * high);
            if (loses(receiver, load, rate, 1)) {
                high = rate;
            } else {
                low = rate;
                without = rate;
            }
        }
        return new LargestRate(without * load.samplesPerPacket(), false);
    }

    private void progress(IngestCase load, Kind kind, Window window, double idlePerSecond) {
        System.out.printf(
                Locale.ROOT,
                "%4d s  %-20s %-13s %7.1f ns a sample, %6.0f a packet, %5.2f ms/s idle%s%n",
                seconds(),
                load.title(),
                kind.title(),
                window.nanosPerSample(),
                window.nanosPerPacket(),
                idlePerSecond / 1e6,
                window.lostPackets() > 0 ? ", " + window.lostPackets() + " packets lost" : "");
    }

    private long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    }
}
