package dev.percpu.ingest;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A log of rejected samples: at most one a minute, with escaped text. Thread-safe. */
public final class RejectionLog implements RejectionListener {
    private static final System.Logger LOG = System.getLogger(RejectionLog.class.getName());
    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MAX_CHARACTERS = 200;

    private final String protocol;
    private final AtomicLong nextNanos;

    /** @param protocol name for the log */
    public RejectionLog(String protocol, long nowNanos) {
        this.protocol = protocol;
        this.nextNanos = new AtomicLong(nowNanos);
    }

    @Override
    public boolean isDue(long nowNanos) {
        return nowNanos - nextNanos.getPlain() >= 0;
    }

    /** Logs a rejection unless another one was logged within a minute. */
    @Override
    public void rejected(long nowNanos, RejectReason reason, String detail, byte[] text) {
        long next = nextNanos.get();
        if (nowNanos - next >= 0 && nextNanos.compareAndSet(next, nowNanos + PERIOD_NANOS)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    protocol + " rejected \"" + escape(text) + "\": " + reason.description(detail)
                            + ". Rejections are counted; at most one a minute is logged.");
        }
    }

    /** Returns printable ASCII characters unchanged and all other bytes in hexadecimal, such as {@code \x0a}. */
    static String escape(byte[] text) {
        StringBuilder escaped = new StringBuilder();
        int length = Math.min(text.length, MAX_CHARACTERS);
        for (int i = 0; i < length; i++) {
            byte b = text[i];
            if (b >= ' ' && b <= '~' && b != '\\' && b != '"') {
                escaped.append((char) b);
            } else {
                escaped.append(String.format(Locale.ROOT, "\\x%02x", b & 0xff));
            }
        }
        return text.length > length ? escaped + "..." : escaped.toString();
    }
}
