package dev.percpu.meter;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.family.PointWriter;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.CounterCell;
import io.micrometer.core.instrument.Counter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A counter that adds each amount to its cell. Thread-safe.
 *
 * <p>Amounts that are not above 0, such as NaN, are ignored as by Micrometer's counters. After an infinite amount the count stays infinite.
 */
public final class PerCpuCounter extends CellMeter implements Counter {
    private static final PointWriter POINTS = new Points();

    private final CounterCell cell;

    /**
     * @param createdMillis wall-clock time of registration, in milliseconds
     * @param sampler the sampler of the counter's exemplars; null if none are sampled
     */
    public PerCpuCounter(Id id, long createdMillis, CounterCell cell, @Nullable SpanExemplars sampler) {
        super(id, createdMillis, cell, sampler);
        this.cell = cell;
    }

    @Override
    public void increment() {
        if (target != null) {
            target.addLong(this, offset, 1L);
        } else {
            cell.add(1L);
            sample(1);
        }
    }

    @Override
    public void increment(double amount) {
        if (!(amount > 0)) {
            return;
        }
        // Amounts above the range of an int are added as doubles: 1,024 amounts of 2^53 would overflow the cell's
        // integer.
        // Amounts in the range of an int overflow it after 2^32 additions at the earliest.
        int whole = (int) amount;
        if (target == null) {
            addIndirectly(amount, whole);
        } else if (whole == amount) {
            target.addLong(this, offset, (long) whole);
        } else {
            target.addDouble(this, offset, amount);
        }
    }

    private void addIndirectly(double amount, int whole) {
        if (whole == amount) {
            cell.add((long) whole);
        } else {
            cell.add(amount);
        }
        sample(amount);
    }

    @Override
    public double count() {
        return cell.sum();
    }

    /** Returns a number from the sums. It does not change if an amount is too small to change the sum of fractional amounts. */
    @Override
    long fingerprint(CellSnapshot snapshot) {
        return cell.fingerprint(snapshot);
    }

    @Override
    public CounterCell cell() {
        return cell;
    }

    @Override
    public PointWriter pointWriter() {
        return POINTS;
    }

    @Override
    public Exemplars exemplars() {
        return ExemplarSamplers.all(sampler);
    }

    @Override
    public void collect(SeriesShape exposed, CellSnapshot snapshot, FamilyValues values) {
        values.add(
                exposed.main(),
                new CounterDataPointSnapshot(
                        cell.sum(snapshot),
                        exposed.labels(getId()),
                        ExemplarSamplers.latest(sampler),
                        createdMillis()));
    }

    @Override
    public @Nullable DataPointSnapshot pointOf(int shard, Labels labels) {
        double sum = cell.sumOfShard(shard);
        return sum == 0 ? null : new CounterDataPointSnapshot(sum, labels, null, createdMillis());
    }

    @Override
    public void write(CellSnapshot snapshot, SampleWriter out) throws IOException {
        out.value(SampleWriter.VALUE, cell.sum(snapshot), ExemplarSamplers.latest(sampler));
    }

    private static final class Points implements PointWriter {
        @Override
        public void write(CellColumn.Cursor cells, int index, Exemplars exemplars, SampleWriter out)
                throws IOException {
            out.value(SampleWriter.VALUE, cells.counterSum(index), exemplars.getLatest());
        }

        @Override
        public void write(CellColumn.Cursor cells, LabelColumn labels, int from, int count, SampleWriter out)
                throws IOException {
            double[] values = out.doubles(count);
            cells.readCounters(from, count, values);
            out.values(labels, from, values, count);
        }
    }
}
