package dev.percpu.ingest.statsd;

import java.io.IOException;

/** The sockets of a transport cannot be opened. The message and the cause are those of the refused socket. */
public final class TransportException extends IOException {
    private static final long serialVersionUID = 1;

    /** The transports of StatsD. */
    public enum Transport {
        UDP,
        UNIX
    }

    private final Transport transport;

    TransportException(Transport transport, IOException cause) {
        super(cause.getMessage(), cause);
        this.transport = transport;
    }

    /** Returns the transport whose socket cannot be opened. */
    public Transport transport() {
        return transport;
    }
}
