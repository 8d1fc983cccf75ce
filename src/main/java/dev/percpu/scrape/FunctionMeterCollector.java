package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.Series;
import dev.percpu.family.SeriesGroup;
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
 * Collects the series whose values come out of functions of their users: gauges, function counters and timers, custom meters; and with them
 * whatever else may hang. A function that throws, or takes longer than its limit, costs its own samples only: a gauge is NaN then, others
 * are left out. The log names each such meter once. Thread-safe.
 */
public final class FunctionMeterCollector {
    private static final System.Logger LOG = System.getLogger(FunctionMeterCollector.class.getName());

    private final TimeLimitedExecutor measurer;
    private final long limitMillis;

    /** Meters that the log has named, as long as they are in use. */
    private final Map<Meter.Id, Boolean> named = Collections.synchronizedMap(new WeakHashMap<>());

    private final AtomicBoolean toldOfTooMany = new AtomicBoolean();

    /**
     * @param limitMillis 1 or more
     */
    public FunctionMeterCollector(long limitMillis) {
        this.measurer = new TimeLimitedExecutor(limitMillis);
        this.limitMillis = limitMillis;
    }

    /**
     * Adds the values of the series of these groups that have a part in a wanted family.
     *
     * @param further what is to be read as well
     * @throws InterruptedIOException if this thread is interrupted meanwhile, which it still is then
     */
    void collect(
            Iterable<SeriesGroup> groups,
            Predicate<String> included,
            List<? extends GuardedRead> further,
            FamilyValues values)
            throws InterruptedIOException {
        List<GuardedRead> readings = new ArrayList<>();
        for (SeriesGroup group : groups) {
            group.forEach((id, series) -> {
                List<Family> families = series.families();
                if (families.isEmpty() || families.stream().anyMatch(family -> included.test(family.name()))) {
                    readings.add(new OfSeries(id, series, included, values));
                }
            });
        }
        readings.addAll(further);
        TimeLimitedExecutor.Outcome[] outcomes = outcomes(readings);
        int notAsked = 0;
        for (int i = 0; i < outcomes.length; i++) {
            GuardedRead reading = readings.get(i);
            switch (outcomes[i]) {
                case DONE -> settle(reading);
                case LATE ->
                    leave(
                            reading,
                            " did not tell its value within " + limitMillis
                                    + " ms: it is not asked again before it has returned",
                            null);
                case NOT_ASKED -> {
                    reading.takeUnknown();
                    notAsked++;
                }
            }
        }
        if (notAsked > 0 && !toldOfTooMany.getAndSet(true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "gauges and other functions are not asked for their values (" + notAsked + " in this scrape): "
                            + TimeLimitedExecutor.MOST_LEFT_BEHIND
                            + " calls have not returned, the most that may hang at once; as soon as one returns the others are asked again");
        }
    }

    private TimeLimitedExecutor.Outcome[] outcomes(List<GuardedRead> readings) throws InterruptedIOException {
        try {
            return measurer.run(readings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException ended = new InterruptedIOException("interrupted while gauges were measured");
            ended.initCause(e);
            throw ended;
        }
    }

    private static void settle(GuardedRead reading) {
        Throwable failure = reading.failure();
        if (failure == null) {
            reading.take();
        } else {
            leave(reading, " failed to tell its value", failure);
        }
    }

    private static void leave(GuardedRead reading, String why, @Nullable Throwable failure) {
        reading.takeUnknown();
        if (reading.isFirstFailure()) {
            LOG.log(System.Logger.Level.WARNING, reading.inWords() + why, failure);
        }
    }

    private final class OfSeries extends GuardedRead {
        private final Meter.Id id;
        private final Series series;
        private final FamilyValues read;
        private final FamilyValues values;

        OfSeries(Meter.Id id, Series series, Predicate<String> included, FamilyValues values) {
            this.id = id;
            this.series = series;
            this.read = new FamilyValues(included);
            this.values = values;
        }

        @Override
        public Object subject() {
            return series;
        }

        @Override
        void read() {
            series.collect(read);
        }

        @Override
        void take() {
            values.addAll(read);
        }

        @Override
        void takeUnknown() {
            series.collectUnknown(values);
        }

        @Override
        boolean isFirstFailure() {
            return named.putIfAbsent(id, true) == null;
        }

        @Override
        String inWords() {
            return "the meter " + id;
        }
    }
}
