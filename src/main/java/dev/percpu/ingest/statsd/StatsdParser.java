package dev.percpu.ingest.statsd;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.RegisteredSeries;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.RejectionListener;
import dev.percpu.ingest.SeriesFactory;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.mapping.MetricType;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.meter.SettableGauge;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A parser that records the samples of StatsD and DogStatsD packets. Not thread-safe: each receiver has its own.
 *
 * <p>A batch is processed in three passes over at most {@value #FLUSH_LINES} lines: a {@link LineScanner} scans them, then their series are
 * found, then their values are recorded. So the cache misses of many lines overlap. Known series cost no allocation.
 */
final class StatsdParser {
    /** Number of lines after which the scanned lines are recorded. */
    static final int FLUSH_LINES = 512;

    /** Number of known lines from which on their objects do not fit into the cache of a CPU. */
    private static final int TOUCHED_FROM = 2_000;

    private static final double MAX_NANOS = 0x1p63;
    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LOGGED_BYTES = 256;

    private final SeriesFactory factory;
    private final Supplier<? extends MetricMapper> mappers;
    private final IngestCounters counters;
    private final RejectionListener rejections;
    private final SeriesTable table;

    private final LineScanner scanner = new LineScanner(FLUSH_LINES, new LineScanner.Listener() {
        @Override
        public void rejected(RejectReason reason, long count, long line) {
            reject(reason, count, line, "");
        }

        @Override
        public void ignored(IgnoredKind kind, long count) {
            counters.addIgnored(kind, count);
        }
    });

    private MetricMapper mapper;
    private PacketBatch batch;
    private long nowNanos;
    private long samples;
    private long[] keys = new long[FLUSH_LINES];
    private @Nullable Series[] found = new @Nullable Series[FLUSH_LINES];

    /** Keeps the JIT compiler from removing loads that only fill caches. */
    @SuppressWarnings("unused")
    private long touched;

    /**
     * @param mappers returns the current mapping. A new object makes the parser forget the series of the old one.
     * @param counters receives the counts of this parser only
     * @param maxEntries largest number of names, types and lists of tags that are remembered
     */
    StatsdParser(
            SeriesFactory factory,
            Supplier<? extends MetricMapper> mappers,
            IngestCounters counters,
            RejectionListener rejections,
            int maxEntries) {
        this.factory = factory;
        this.mappers = mappers;
        this.counters = counters;
        this.rejections = rejections;
        this.table = new SeriesTable(maxEntries);
        this.mapper = mappers.get();
        this.batch = new PacketBatch(1, 64);
    }

    /**
     * Records all samples of a batch. Writes a byte behind each packet.
     *
     * @param now monotonic time, in nanoseconds
     */
    @SuppressWarnings("ReferenceEquality") // a new mapping is another object
    void parse(PacketBatch received, long now) {
        MetricMapper current = mappers.get();
        if (current != mapper) {
            mapper = current;
            table.clear();
        }
        batch = received;
        nowNanos = now;
        int count = received.count();
        for (int i = 0; i < count; i++) {
            try {
                scanner.select(received, i);
                scanPacket(i);
            } catch (RuntimeException | Error e) {
                reject(RejectReason.ERROR, 1, received.start(i), e.toString());
            }
        }
        try {
            flush();
        } finally {
            scanner.clear();
            counters.addSamples(samples);
            counters.addPackets(count);
            samples = 0;
            Reference.reachabilityFence(received); // a word is read by its address, which does not keep the memory
        }
    }

    private void scanPacket(int packet) {
        long at = batch.start(packet);
        long end = at + batch.length(packet);
        if (batch.isTruncated(packet)) {
            end = endOfLastLine(at, end);
            reject(RejectReason.TRUNCATED, 1, end, "");
        } else {
            batch.endWithLineFeed(packet);
        }
        while (at < end) {
            if (scanner.lines() >= FLUSH_LINES) {
                flush();
            }
            at = scanner.scanLine(at);
        }
    }

    private long endOfLastLine(long start, long end) {
        long at = end;
        while (at > start && batch.unsignedByte(at - 1) != '\n') {
            at--;
        }
        return at;
    }

    // ---- second pass: find

    private void flush() {
        int count = scanner.lines();
        if (count > found.length) {
            keys = new long[2 * count];
            found = new @Nullable Series[2 * count];
        }
        if (table.entries() < TOUCHED_FROM) {
            for (int i = 0; i < count; i++) {
                found[i] = find(i);
            }
        } else {
            findMany(count);
        }
        for (int i = 0; i < count; i++) {
            record(i);
        }
        scanner.clear();
    }

    private @Nullable Series find(int line) {
        return table.find(batch, scanner.hash(line), scanner.description(line), scanner.name(line), scanner.tags(line));
    }

    /** Finds the series of all lines step by step, so that the cache misses of each step overlap. */
    private void findMany(int count) {
        for (int i = 0; i < count; i++) {
            keys[i] = table.firstKey(scanner.hash(i));
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += table.touch(scanner.hash(i), keys[i]);
        }
        for (int i = 0; i < count; i++) {
            found[i] = find(i);
        }
        for (int i = 0; i < count; i++) {
            Series series = found[i];
            sum += series == null ? 0 : series.touch();
        }
        touched = sum;
    }

    // ---- third pass: record

    private void record(int line) {
        Series series = found[line];
        try {
            if (series == null) {
                series = resolve(line);
            } else if (series.provisional != null) {
                series = current(line, series, series.provisional);
            }
            record(line, series);
        } catch (RuntimeException | Error e) {
            // The other lines still count. An error here is one of this line's series: no memory for a new one, for
            // example.
            int count = scanner.firstValue(line + 1) - scanner.firstValue(line);
            reject(RejectReason.ERROR, count, scanner.name(line), e.toString());
        }
    }

    private void record(int line, Series series) {
        int first = scanner.firstValue(line);
        int end = scanner.firstValue(line + 1);
        switch (series.kind) {
            case Series.TIMER -> {
                PerCpuTimer timer = (PerCpuTimer) Objects.requireNonNull(series.meter);
                for (int i = first; i < end; i++) {
                    recordNanos(line, timer, scanner.mantissa(i), scanner.exponent(i) + series.exponent);
                }
            }
            case Series.SUMMARY -> {
                PerCpuDistributionSummary summary = (PerCpuDistributionSummary) Objects.requireNonNull(series.meter);
                for (int i = first; i < end; i++) {
                    recordAmount(
                            line,
                            summary,
                            Decimal.toDouble(scanner.mantissa(i), scanner.exponent(i) + series.exponent));
                }
            }
            case Series.COUNTER -> {
                PerCpuCounter counter = (PerCpuCounter) Objects.requireNonNull(series.meter);
                for (int i = first; i < end; i++) {
                    count(line, counter, Decimal.toDouble(scanner.mantissa(i), scanner.exponent(i)) * series.scale);
                }
            }
            case Series.GAUGE -> {
                SettableGauge gauge = (SettableGauge) Objects.requireNonNull(series.meter);
                for (int i = first; i < end; i++) {
                    set(
                            line,
                            gauge,
                            scanner.isSigned(i),
                            Decimal.toDouble(scanner.mantissa(i), scanner.exponent(i)) * series.scale);
                }
            }
            case Series.SCALED_TIMER -> {
                PerCpuTimer timer = (PerCpuTimer) Objects.requireNonNull(series.meter);
                for (int i = first; i < end; i++) {
                    double nanos =
                            Decimal.toDouble(scanner.mantissa(i), scanner.exponent(i) + series.exponent) * series.scale;
                    long rounded = Math.round(nanos);
                    recordNanos(line, timer, nanos < MAX_NANOS ? rounded : Long.MAX_VALUE, nanos < MAX_NANOS ? 0 : 1);
                }
            }
            case Series.SCALED_SUMMARY -> {
                PerCpuDistributionSummary summary = (PerCpuDistributionSummary) Objects.requireNonNull(series.meter);
                for (int i = first; i < end; i++) {
                    recordAmount(
                            line,
                            summary,
                            Decimal.toDouble(scanner.mantissa(i), scanner.exponent(i) + series.exponent)
                                    * series.scale);
                }
            }
            case Series.DROPPED -> counters.addIgnored(IgnoredKind.DROPPED_BY_MAPPING, end - first);
            default -> {
                Series.Provisional result = Objects.requireNonNull(series.provisional);
                reject(Objects.requireNonNull(result.rejection()), end - first, scanner.name(line), result.detail());
            }
        }
    }

    private void recordNanos(int line, PerCpuTimer timer, long value, int power) {
        if (value < 0) {
            reject(RejectReason.NEGATIVE, 1, scanner.name(line), "");
            return;
        }
        long nanos = Decimal.toLong(value, power);
        if (nanos == Decimal.TOO_LARGE) {
            reject(RejectReason.OUT_OF_RANGE, 1, scanner.name(line), "");
            return;
        }
        double share = scanner.rate(line);
        if (share == 1) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        } else {
            timer.record(nanos, TimeUnit.NANOSECONDS, Math.round(1 / share));
        }
        samples++;
    }

    private void recordAmount(int line, PerCpuDistributionSummary summary, double amount) {
        if (!isAllowed(line, amount)) {
            return;
        }
        double share = scanner.rate(line);
        if (share == 1) {
            summary.record(amount);
        } else {
            summary.record(amount, Math.round(1 / share));
        }
        samples++;
    }

    private void count(int line, PerCpuCounter counter, double amount) {
        double share = scanner.rate(line);
        double added = share == 1 ? amount : amount / share;
        if (isAllowed(line, added)) {
            counter.increment(added);
            samples++;
        }
    }

    private void set(int line, SettableGauge gauge, boolean relative, double value) {
        if (!Double.isFinite(value)) {
            reject(RejectReason.OUT_OF_RANGE, 1, scanner.name(line), "");
            return;
        }
        if (relative) {
            gauge.add(value);
        } else {
            gauge.set(value);
        }
        samples++;
    }

    private boolean isAllowed(int line, double amount) {
        if (amount >= 0 && amount < Double.POSITIVE_INFINITY) {
            return true;
        }
        reject(amount < 0 ? RejectReason.NEGATIVE : RejectReason.OUT_OF_RANGE, 1, scanner.name(line), "");
        return false;
    }

    // ---- misses and rejections

    /** Returns the series of a line that has a rejection or an overflow meter, which may not last. */
    private Series current(int line, Series series, Series.Provisional result) {
        if (result.rejection() != null) {
            return nowNanos - result.foundNanos() < RETRY_NANOS ? series : register(line);
        }
        long sender = batch.sender(scanner.packet(line));
        return sender != result.sender() && factory.admits(sender) ? register(line) : series;
    }

    private Series resolve(int line) {
        Series added = find(line); // an earlier line may have added it
        return added == null ? register(line) : added;
    }

    private Series register(int line) {
        long description = scanner.description(line);
        int type = SeriesTable.type(description);
        long sender = batch.sender(scanner.packet(line));
        RegisteredSeries registered;
        try {
            Tags decoded = Tags.decode(
                    batch.bytes(scanner.name(line), scanner.name(line) + SeriesTable.nameBytes(description)),
                    batch.bytes(scanner.tags(line), scanner.tags(line) + SeriesTable.tagsBytes(description)));
            MetricType metricType = switch (type) {
                case LineScanner.TYPE_COUNTER -> MetricType.COUNTER;
                case LineScanner.TYPE_GAUGE -> MetricType.GAUGE;
                default -> MetricType.OBSERVER;
            };
            registered = factory.register(
                    mapper, decoded.name(), metricType, type == LineScanner.TYPE_MILLIS, decoded.labels(), sender);
        } catch (Tags.InvalidException e) {
            registered = RegisteredSeries.rejected(e.reason(), "");
        }
        Series series = Series.of(registered, type == LineScanner.TYPE_MILLIS, sender, nowNanos);
        table.put(batch, scanner.hash(line), description, scanner.name(line), scanner.tags(line), series);
        return series;
    }

    private void reject(RejectReason reason, long count, long line, String detail) {
        counters.addRejected(reason, count);
        if (rejections.isDue(nowNanos)) {
            long last = Math.min(line + LOGGED_BYTES, batch.endOfPacketAt(line));
            long end = line;
            while (end < last && batch.unsignedByte(end) != '\n') {
                end++;
            }
            rejections.rejected(nowNanos, reason, detail, batch.bytes(line, end));
        }
    }

    /** Returns the number of names, types and lists of tags that are remembered. */
    int knownLines() {
        return table.entries();
    }
}
