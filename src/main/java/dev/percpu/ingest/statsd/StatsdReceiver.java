package dev.percpu.ingest.statsd;

import dev.percpu.binding.DatagramReceiver;
import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.RejectReason;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that receives packets of one socket and records them, until it is stopped. An exception is logged and counted, and the thread goes
 * on.
 */
final class StatsdReceiver {
    private static final System.Logger LOG = System.getLogger(StatsdReceiver.class.getName());

    /** Time after which a waiting thread checks whether it is stopped. */
    private static final int WAIT_MILLIS = 100;

    private static final long FAILURE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FAILURE_LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Time in which a stopped receiver records what the kernel has received. */
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DatagramReceiver socket;
    private final StatsdParser parser;
    private final IngestCounters counters;
    private final int packetBytes;
    private final Thread thread;
    private long nextFailureLogNanos = System.nanoTime();
    private volatile boolean stopped;
    private volatile boolean failed;

    /**
     * Creates a receiver, whose thread is not started.
     *
     * @param packetBytes longest packet, in bytes
     * @param name name of the thread
     */
    StatsdReceiver(
            DatagramReceiver socket, StatsdParser parser, IngestCounters counters, int packetBytes, String name) {
        this.socket = socket;
        this.parser = parser;
        this.counters = counters;
        this.packetBytes = packetBytes;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            PacketBatch batch = new PacketBatch(PacketBatch.MAX_CAPACITY, packetBytes);
            Coalescing coalescing =
                    new Coalescing(PacketBatch.MAX_CAPACITY, socket.receiveBufferBytes(), System.nanoTime());
            while (!stopped) {
                long sleepNanos = receive(batch, WAIT_MILLIS, coalescing);
                if (sleepNanos > 0) {
                    LockSupport.parkNanos(sleepNanos);
                }
            }
            long start = System.nanoTime();
            while (System.nanoTime() - start < DRAIN_NANOS && socket.receive(batch, 0) > 0) {
                parser.parse(batch, System.nanoTime());
            }
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "The thread of " + socket + " has ended: its packets are lost", e);
            failed = true;
        }
    }

    /** Receives and records a batch. Returns the time to sleep. */
    private long receive(PacketBatch batch, int waitMillis, Coalescing coalescing) {
        try {
            int received = socket.receive(batch, waitMillis);
            if (received == 0) {
                return 0;
            }
            parser.parse(batch, System.nanoTime());
            return coalescing.add(received, bytes(batch), System.nanoTime());
        } catch (IOException | RuntimeException | Error e) {
            counters.addRejected(RejectReason.ERROR, 1);
            long now = System.nanoTime();
            if (now - nextFailureLogNanos >= 0) {
                nextFailureLogNanos = now + FAILURE_LOG_NANOS;
                LOG.log(System.Logger.Level.ERROR, "Receiving from " + socket + " failed; logged once a minute", e);
            }
            return FAILURE_PAUSE_NANOS;
        }
    }

    private static long bytes(PacketBatch batch) {
        long bytes = 0;
        for (int i = 0; i < batch.count(); i++) {
            bytes += batch.length(i);
        }
        return bytes;
    }

    /** Returns the counts of this receiver. */
    IngestCounters counters() {
        return counters;
    }

    /** Returns the number of packets that the kernel dropped. */
    long drops() {
        return socket.drops().orElse(0);
    }

    /** Returns whether the thread has ended by an error. */
    boolean hasFailed() {
        return failed;
    }

    /** Asks the thread to record what the kernel has received, and to end. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** Waits for the end of the thread, and closes the socket. */
    void close() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        socket.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
