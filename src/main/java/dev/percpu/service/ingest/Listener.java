package dev.percpu.service.ingest;

/** A running server of one protocol. Thread-safe. */
interface Listener extends AutoCloseable {
    IngestStatistics statistics();

    /** Records the packets that the kernel has received, then closes the sockets. Has no effect when called again. */
    @Override
    void close();
}
