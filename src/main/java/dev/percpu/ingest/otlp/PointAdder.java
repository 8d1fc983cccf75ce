package dev.percpu.ingest.otlp;

import dev.percpu.ingest.otlp.PointType.Form;
import dev.percpu.meter.PerCpuDistributionSummary;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The addition of one point to the cells of its series. Each method holds the lock of the stream, so that a point that arrives twice is added
 * once. Thread-safe.
 */
final class PointAdder {
    private final StreamTable table;

    PointAdder(StreamTable table) {
        this.table = table;
    }

    /**
     * Checks the value of a number, before it gets a stream.
     *
     * @throws RejectedException if it is not allowed
     */
    static void check(PointType type, NumberDataPoint point) throws RejectedException {
        double value = value(point);
        if (!Double.isFinite(value) && type.form() != Form.GAUGE) {
            throw new RejectedException(Rejection.VALUE, "value of a sum must be finite, but was " + value);
        }
        if (type.form() == Form.COUNTER && value < 0) {
            throw new RejectedException(
                    Rejection.VALUE, "value of a monotonic sum must be at least 0, but was " + value);
        }
    }

    /**
     * Adds a number that was checked.
     *
     * @return false if the stream was removed, and must be found again
     * @throws RejectedException if the point is not added
     */
    boolean add(Stream stream, NumberDataPoint point, long nowMillis) throws RejectedException {
        synchronized (stream) {
            if (stream.isRemoved()) {
                return false;
            }
            PointType type = stream.metric().type();
            double value = value(point);
            boolean whole = point.hasAsInt();
            long start = point.getStartTimeUnixNano();
            long time = point.getTimeUnixNano();
            checkOrder(stream, start, time);
            switch (stream.series()) {
                case SeriesCells.OfCounter(var counter) -> {
                    if (type.cumulative()) {
                        boolean reset = stream.isRestart(start) || isSmaller(stream, value, whole, point.getAsInt());
                        boolean baseline = !stream.isStarted() && !table.isComplete(start);
                        if (!baseline) {
                            counter.increment(reset ? value : difference(stream, value, whole, point.getAsInt()));
                        }
                    } else {
                        counter.increment(value);
                    }
                }
                case SeriesCells.OfGauge(var gauge) -> {
                    if (type.form() == Form.GAUGE) {
                        gauge.set(value);
                    } else {
                        // A total that may decrease is a state: the first one counts, too, and a reset needs no care.
                        gauge.add(type.cumulative() ? value - stream.total() : value);
                    }
                }
                case SeriesCells.OfHistogram ignored -> throw new IllegalStateException("a number has no buckets");
            }
            if (type.cumulative()) {
                if (whole) {
                    stream.setTotal(point.getAsInt());
                } else {
                    stream.setTotal(value);
                }
            }
            stream.advance(start, time, nowMillis);
            return true;
        }
    }

    private static double value(NumberDataPoint point) throws RejectedException {
        return switch (point.getValueCase()) {
            case AS_INT -> point.getAsInt();
            case AS_DOUBLE -> point.getAsDouble();
            case VALUE_NOT_SET -> throw new RejectedException(Rejection.VALUE, "a point must have a value");
        };
    }

    private static boolean isSmaller(Stream stream, double value, boolean whole, long wholeValue) {
        return whole && stream.isWhole() ? wholeValue < stream.wholeTotal() : value < stream.total();
    }

    private static double difference(Stream stream, double value, boolean whole, long wholeValue) {
        return whole && stream.isWhole() ? wholeValue - stream.wholeTotal() : value - stream.total();
    }

    /**
     * Checks that a point was not added before.
     *
     * @throws RejectedException if it was, or if a later one was
     */
    private static void checkOrder(Stream stream, long start, long time) throws RejectedException {
        if (!stream.isStarted() || time == 0) {
            return;
        }
        PointType type = stream.metric().type();
        if (type.cumulative()) {
            if (start < stream.startNanos() && start != 0) {
                throw new RejectedException(
                        Rejection.OVERLAP,
                        "start time of a cumulative stream must not go back: two senders have the same attributes,"
                                + " set service.instance.id");
            }
            if (time == stream.timeNanos()) {
                throw new RejectedException(Rejection.DUPLICATE, "the point was added before");
            }
            if (time < stream.timeNanos()) {
                throw new RejectedException(Rejection.STALE, "a later point was added before");
            }
        } else if (type.form() == Form.GAUGE) {
            if (time < stream.timeNanos()) {
                throw new RejectedException(Rejection.STALE, "a later value was set before");
            }
        } else if (time == stream.timeNanos() && start == stream.startNanos()) {
            throw new RejectedException(Rejection.DUPLICATE, "the point was added before");
        }
    }

    /**
     * Adds a histogram with explicit bounds.
     *
     * @param counts counts of the point's buckets, from {@link #readCounts}; not kept
     * @return false if the stream was removed, and must be found again
     * @throws RejectedException if the point is not added
     */
    boolean add(Stream stream, HistogramDataPoint point, long[] counts, long nowMillis) throws RejectedException {
        synchronized (stream) {
            if (stream.isRemoved()) {
                return false;
            }
            OtlpFamily family = stream.metric().family();
            if (!family.hasBoundsOf(point)) {
                throw BucketShape.otherBounds(family.name(), family.shape().bounds());
            }
            double sum = point.getSum();
            long start = point.getStartTimeUnixNano();
            long time = point.getTimeUnixNano();
            checkOrder(stream, start, time);
            PerCpuDistributionSummary summary = histogram(stream).summary();
            if (!stream.metric().type().cumulative()) {
                record(summary, counts, sum);
            } else {
                boolean restarted = stream.isRestart(start);
                long[] added =
                        restarted ? null : difference(counts, (long[]) Objects.requireNonNull(stream.bucketTotals()));
                if (added != null && (sum >= stream.total() || !point.hasSum())) {
                    record(summary, added, Math.max(0, sum - stream.total()));
                } else if (stream.isStarted() || table.isComplete(start)) {
                    record(summary, counts, sum);
                }
                stream.setBucketTotals(counts.clone());
                setSum(stream, added == null, point.hasSum(), sum);
            }
            stream.advance(start, time, nowMillis);
            return true;
        }
    }

    /** Stores the sum of a cumulative histogram. A point without a sum leaves that of the last point, unless the counts began again. */
    private static void setSum(Stream stream, boolean beginsAgain, boolean hasSum, double sum) {
        if (hasSum || beginsAgain) {
            stream.setTotal(sum);
        }
    }

    private static SeriesCells.OfHistogram histogram(Stream stream) {
        return (SeriesCells.OfHistogram) stream.series();
    }

    /** Returns the number of a point's buckets. */
    static int bucketsOf(HistogramDataPoint point) {
        return point.getExplicitBoundsCount() + 1;
    }

    /**
     * Reads the counts of a point's buckets.
     *
     * @param counts receives the counts, of all {@link #bucketsOf buckets}
     * @throws RejectedException if they or the sum are not allowed
     */
    static void readCounts(HistogramDataPoint point, long[] counts) throws RejectedException {
        checkSum(point.getSum(), point.getCount());
        int buckets = counts.length;
        if (point.getBucketCountsCount() == 0 && buckets == 1) {
            if (point.getCount() < 0) {
                throw wrongCount();
            }
            counts[0] = point.getCount();
            return;
        }
        if (point.getBucketCountsCount() != buckets) {
            throw new RejectedException(
                    Rejection.COUNT,
                    "bucket counts must be one more than explicit bounds, " + buckets + ", but were "
                            + point.getBucketCountsCount());
        }
        long sum = 0;
        for (int i = 0; i < buckets; i++) {
            counts[i] = point.getBucketCounts(i);
            sum += counts[i];
            if (counts[i] < 0 || sum < 0) {
                throw wrongCount();
            }
        }
        if (sum != point.getCount()) {
            throw wrongCount();
        }
    }

    private static RejectedException wrongCount() {
        return new RejectedException(
                Rejection.COUNT, "count must be the sum of the bucket counts, which must be at least 0");
    }

    private static void checkSum(double sum, long count) throws RejectedException {
        if (!(sum >= 0) || sum == Double.POSITIVE_INFINITY) {
            throw new RejectedException(
                    Rejection.VALUE, "sum of a histogram must be finite and at least 0, but was " + sum);
        }
        if (count == 0 && sum != 0) {
            throw new RejectedException(
                    Rejection.COUNT, "sum of a histogram with the count 0 must be 0, but was " + sum);
        }
    }

    /** Returns what was counted since; null if a count is smaller than before. */
    private static long @Nullable [] difference(long[] now, long[] before) {
        long[] difference = new long[now.length];
        for (int i = 0; i < now.length; i++) {
            difference[i] = now[i] - before[i];
            if (difference[i] < 0) {
                return null;
            }
        }
        return difference;
    }

    /**
     * Returns the buckets of an exponential histogram.
     *
     * @throws RejectedException if they or the sum are not allowed
     */
    static ExponentialBuckets buckets(ExponentialHistogramDataPoint point) throws RejectedException {
        checkSum(point.getSum(), point.getCount());
        var negative = point.getNegative();
        for (int i = 0; i < negative.getBucketCountsCount(); i++) {
            if (negative.getBucketCounts(i) != 0) {
                throw new RejectedException(Rejection.BOUNDS, "negative buckets are not supported");
            }
        }
        ExponentialBuckets buckets = ExponentialBuckets.of(point);
        if (buckets.count() != point.getCount()) {
            throw wrongCount();
        }
        return buckets;
    }

    /**
     * Adds an exponential histogram.
     *
     * @param buckets the buckets of the point, from {@link #buckets}
     * @return false if the stream was removed, and must be found again
     * @throws RejectedException if the point is not added
     */
    boolean add(Stream stream, ExponentialHistogramDataPoint point, ExponentialBuckets buckets, long nowMillis)
            throws RejectedException {
        synchronized (stream) {
            if (stream.isRemoved()) {
                return false;
            }
            double sum = point.getSum();
            long start = point.getStartTimeUnixNano();
            long time = point.getTimeUnixNano();
            checkOrder(stream, start, time);
            SeriesCells.OfHistogram cells = histogram(stream);
            if (!stream.metric().type().cumulative()) {
                record(cells, buckets, sum);
            } else {
                boolean restarted = stream.isRestart(start);
                ExponentialBuckets added = restarted
                        ? null
                        : buckets.since((ExponentialBuckets) Objects.requireNonNull(stream.bucketTotals()));
                if (added != null && (sum >= stream.total() || !point.hasSum())) {
                    record(cells, added, Math.max(0, sum - stream.total()));
                } else if (stream.isStarted() || table.isComplete(start)) {
                    record(cells, buckets, sum);
                }
                stream.setBucketTotals(buckets);
                setSum(stream, added == null, point.hasSum(), sum);
            }
            stream.advance(start, time, nowMillis);
            return true;
        }
    }

    private static void record(SeriesCells.OfHistogram cells, ExponentialBuckets buckets, double sum) {
        cells.summary().coarsen(buckets.scale(), buckets.zeroThreshold());
        long[] counts = new long[cells.buckets().size()];
        cells.buckets().add(buckets, counts);
        record(cells.summary(), counts, sum);
    }

    private static void record(PerCpuDistributionSummary summary, long[] counts, double sum) {
        long restCount = 0;
        for (long count : counts) {
            restCount += count;
        }
        if (restCount == 0) {
            return;
        }
        BucketSums sums = BucketSums.of(sum, restCount);
        double rest = sum;
        for (int i = 0; i < counts.length && restCount > 0; i++) {
            if (counts[i] != 0) {
                double share = counts[i] == restCount ? rest : sums.share(counts[i], rest);
                summary.recordBucket(i, counts[i], share);
                rest -= share;
                restCount -= counts[i];
            }
        }
    }
}
