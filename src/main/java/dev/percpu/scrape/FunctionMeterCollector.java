package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.NamedSeries;
import dev.percpu.family.Series;
import io.micrometer.core.instrument.Meter;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A collector of values that user code returns: gauges, function counters and timers, custom meters, and external collectors. Thread-safe.
 *
 * <p>Each function has a time limit. If it throws or exceeds the limit, a gauge is NaN, and the samples of any other meter are left out. The
 * log names each such meter once.
 */
public final class FunctionMeterCollector {
    private static final System.Logger LOG = System.getLogger(FunctionMeterCollector.class.getName());

    private final TimeLimitedExecutor executor;
    private final long limitMillis;

    /** Ids of meters that the log has named. Weak, so that they do not outlive their meters. */
    private final Map<Meter.Id, Boolean> reported = Collections.synchronizedMap(new WeakHashMap<>());

    private final AtomicBoolean overloadReported = new AtomicBoolean();

    /**
     * Creates a collector.
     *
     * @param limitMillis the time limit of one function, in milliseconds, 1 or more
     */
    public FunctionMeterCollector(long limitMillis) {
        this.executor = new TimeLimitedExecutor(limitMillis);
        this.limitMillis = limitMillis;
    }

    /** Ends the idle threads. Functions can still be read. */
    public void close() {
        executor.close();
    }

    /**
     * Reads the series of all groups that can have samples of an included family.
     *
     * @param external additional reads, each of which accepts its own result
     * @param values receives the values of the series
     * @throws InterruptedIOException if the thread is interrupted; it stays interrupted
     */
    void collect(
            Iterable<NamedSeries> groups,
            Predicate<String> included,
            List<? extends GuardedRead> external,
            FamilyValues values)
            throws InterruptedIOException {
        List<GuardedRead> reads = new ArrayList<>();
        for (NamedSeries group : groups) {
            group.forEach((id, series) -> {
                List<Family> families = series.families();
                if (families.isEmpty() || families.stream().anyMatch(family -> included.test(family.name()))) {
                    reads.add(new SeriesRead(id, series, included, values));
                }
            });
        }
        reads.addAll(external);
        TimeLimitedExecutor.Outcome[] outcomes = run(reads);
        int skipped = 0;
        for (int i = 0; i < outcomes.length; i++) {
            GuardedRead read = reads.get(i);
            switch (outcomes[i]) {
                case COMPLETED -> accept(read);
                case TIMED_OUT ->
                    reject(
                            read,
                            "Reading " + read.description() + " did not return within " + limitMillis
                                    + " ms; it is not called again until it returns",
                            null);
                case SKIPPED -> {
                    read.acceptUnknown();
                    skipped++;
                }
            }
        }
        if (skipped > 0 && !overloadReported.getAndSet(true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    TimeLimitedExecutor.MAX_ABANDONED
                            + " calls of gauges and other functions have not returned, which is the maximum. " + skipped
                            + " functions were not called in this scrape. Functions are called again after a call has returned.");
        }
    }

    private TimeLimitedExecutor.Outcome[] run(List<GuardedRead> reads) throws InterruptedIOException {
        try {
            return executor.run(reads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while reading gauges");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private static void accept(GuardedRead read) {
        Throwable failure = read.failure();
        if (failure == null) {
            read.accept();
        } else {
            reject(read, "Reading " + read.description() + " failed", failure);
        }
    }

    private static void reject(GuardedRead read, String message, @Nullable Throwable failure) {
        read.acceptUnknown();
        if (read.markReported()) {
            LOG.log(System.Logger.Level.WARNING, message, failure);
        }
    }

    /** A read of one series. */
    private final class SeriesRead extends GuardedRead {
        private final Meter.Id id;
        private final Series series;
        private final FamilyValues result;
        private final FamilyValues values;

        SeriesRead(Meter.Id id, Series series, Predicate<String> included, FamilyValues values) {
            this.id = id;
            this.series = series;
            this.result = new FamilyValues(included);
            this.values = values;
        }

        @Override
        public Object subject() {
            return series;
        }

        @Override
        void read() {
            series.collect(result);
        }

        @Override
        void accept() {
            values.addAll(result);
        }

        @Override
        void acceptUnknown() {
            series.collectUnknown(values);
        }

        @Override
        boolean markReported() {
            return reported.putIfAbsent(id, true) == null;
        }

        @Override
        String description() {
            return "the meter " + id;
        }
    }
}
