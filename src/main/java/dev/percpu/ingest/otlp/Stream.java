package dev.percpu.ingest.otlp;

import org.jspecify.annotations.Nullable;

/**
 * A sequence of points with equal resource, scope, metric and attributes, and the state that the next point is compared with. All methods need
 * the lock of this object.
 */
final class Stream {
    private final Identity identity;
    private final Metric metric;
    private final SeriesCells series;

    /** Start and time of the last point that was added, in nanoseconds since 1970, unsigned; 0 if the sender has none. */
    private long startNanos;

    private long timeNanos;
    private boolean started;

    /** Wall-clock time here of the last point, in milliseconds. */
    private long seenMillis;

    /** Totals of the last point: of a number, the value. */
    private double total;

    private long wholeTotal;
    private boolean whole;

    /** Totals of the last point of a cumulative histogram: counts of its buckets or {@link ExponentialBuckets}. */
    private @Nullable Object bucketTotals;

    private boolean removed;

    /** The stream of the next point in the last request. Only a hint, which any thread may change. */
    private @Nullable Stream next;

    Stream(Identity identity, Metric metric, SeriesCells series, long nowMillis) {
        this.identity = identity;
        this.metric = metric;
        this.series = series;
        this.seenMillis = nowMillis;
    }

    Identity identity() {
        return identity;
    }

    Metric metric() {
        return metric;
    }

    SeriesCells series() {
        return series;
    }

    /** Returns whether the stream has no state any more. Without the lock, the answer may be an old one. */
    boolean isRemoved() {
        return removed;
    }

    void remove() {
        removed = true;
        next = null; // removed streams must not keep each other
    }

    /** Returns the stream that probably comes next, without the lock. */
    @Nullable
    Stream next() {
        return next;
    }

    /** Stores what came next, without the lock. */
    void setNext(Stream following) {
        next = following;
    }

    long seenMillis() {
        return seenMillis;
    }

    /** Returns whether a point was added before. */
    boolean isStarted() {
        return started;
    }

    long startNanos() {
        return startNanos;
    }

    long timeNanos() {
        return timeNanos;
    }

    /**
     * Returns whether the totals of a cumulative point do not continue those of the last one. A start time that is missing says nothing.
     *
     * @param pointStartNanos start time of the point; 0 if it has none
     */
    boolean isRestart(long pointStartNanos) {
        return !started || pointStartNanos != startNanos && pointStartNanos != 0 && startNanos != 0;
    }

    /** Stores the times of a point that is added. */
    void advance(long pointStartNanos, long pointTimeNanos, long nowMillis) {
        started = true;
        if (pointStartNanos != 0 || !metric.type.cumulative()) {
            startNanos = pointStartNanos;
        }
        timeNanos = pointTimeNanos;
        seenMillis = nowMillis;
    }

    /** Returns the total of the last point, 0 before the first. */
    double total() {
        return whole ? wholeTotal : total;
    }

    /** Returns whether the total of the last point is a 64-bit integer. */
    boolean isWhole() {
        return whole;
    }

    long wholeTotal() {
        return wholeTotal;
    }

    void setTotal(double newTotal) {
        total = newTotal;
        whole = false;
    }

    void setTotal(long newTotal) {
        wholeTotal = newTotal;
        whole = true;
    }

    @Nullable
    Object bucketTotals() {
        return bucketTotals;
    }

    void setBucketTotals(Object newTotals) {
        bucketTotals = newTotals;
    }

    /**
     * A metric of one resource and scope, which its streams share. The number of streams needs the lock of the {@link StreamTable}.
     */
    static final class Metric {
        private final Identity identity;
        private final long number;
        private final SourceNode source;
        private final PointType type;
        private final OtlpFamily family;
        private int streams;

        /** The stream of the first point in the last request. Only a hint, which any thread may change. */
        private @Nullable Stream first;

        /**
         * @param number unique number, above 0
         */
        Metric(Identity identity, long number, SourceNode source, PointType type, OtlpFamily family) {
            this.identity = identity;
            this.number = number;
            this.source = source;
            this.type = type;
            this.family = family;
        }

        Identity identity() {
            return identity;
        }

        long number() {
            return number;
        }

        SourceNode source() {
            return source;
        }

        PointType type() {
            return type;
        }

        OtlpFamily family() {
            return family;
        }

        @Nullable
        Stream first() {
            return first;
        }

        void setFirst(Stream stream) {
            first = stream;
        }

        void addStream() {
            streams++;
        }

        /** Returns whether it was the last. */
        boolean removeStream() {
            return --streams == 0;
        }
    }
}
