package dev.percpu.meter;

import dev.percpu.shard.Totals;
import io.micrometer.core.instrument.Meter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects the series whose values come out of functions of their users: gauges, function counters and timers, custom meters. A function
 * that throws, or takes longer than its limit, costs its own samples only: a gauge is NaN then, others are left out. The log names each
 * such meter once. Thread-safe.
 */
final class MeasuredSeries {
    /** What each function may take, milliseconds, unless {@link PerCpuConfig#GAUGE_TIMEOUT} says otherwise. */
    static final int DEFAULT_LIMIT_MILLIS = 1000;

    private static final System.Logger LOG = System.getLogger(MeasuredSeries.class.getName());

    private final Measurer measurer;
    private final long limitMillis;

    /** Meters that the log has named, as long as they are in use. */
    private final Map<Meter.Id, Boolean> named = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param limitMillis 1 or more
     */
    MeasuredSeries(long limitMillis) {
        this.measurer = new Measurer(limitMillis);
        this.limitMillis = limitMillis;
    }

    /** Adds the values of the series of these groups that have a part in a wanted family. */
    void collect(Iterable<SeriesGroup> groups, Totals totals, Predicate<String> included, FamilyValues values) {
        List<Reading> readings = new ArrayList<>();
        for (SeriesGroup group : groups) {
            group.forEach((id, series) -> {
                List<Family> families = series.families();
                if (families.isEmpty() || families.stream().anyMatch(family -> included.test(family.name()))) {
                    readings.add(new Reading(id, series, totals, new FamilyValues(included)));
                }
            });
        }
        BitSet done = measurer.run(readings);
        for (int i = 0; i < readings.size(); i++) {
            readings.get(i).addTo(values, done.get(i));
        }
    }

    private final class Reading implements Measurer.Task {
        private final Meter.Id id;
        private final Series series;
        private final Totals totals;
        private final FamilyValues read;
        private @Nullable Throwable failure;

        Reading(Meter.Id id, Series series, Totals totals, FamilyValues read) {
            this.id = id;
            this.series = series;
            this.totals = totals;
            this.read = read;
        }

        @Override
        public Object subject() {
            return series;
        }

        @Override
        public void run() {
            try {
                series.collect(totals, read);
            } catch (Throwable e) { // an error too is that of one meter only
                failure = e;
            }
        }

        void addTo(FamilyValues values, boolean done) {
            if (done && failure == null) {
                values.addAll(read);
                return;
            }
            series.collectUnknown(values);
            if (named.putIfAbsent(id, true) == null) {
                if (done) {
                    LOG.log(System.Logger.Level.WARNING, "the meter " + id + " failed to tell its value", failure);
                } else {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "the meter " + id + " did not tell its value within " + limitMillis
                                    + " ms: it is not asked again before its function has returned");
                }
            }
        }
    }
}
