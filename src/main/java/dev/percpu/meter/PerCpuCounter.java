package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.PointWriter;
import dev.percpu.family.SeriesShape;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.CounterCell;
import io.micrometer.core.instrument.Counter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A counter whose amounts go straight into its cell. Amounts that are not above 0 (NaN among them) are ignored, as by Micrometer's
 * counters; an infinite one makes the count infinite for good.
 */
public final class PerCpuCounter extends CellMeter implements Counter {
    private static final PointWriter PLAIN =
            (cells, place, out) -> out.value(SampleWriter.VALUE, cells.counterSum(place), null);

    private final CounterCell cell;
    private final @Nullable SpanExemplars sampler;

    public PerCpuCounter(Id id, long createdMillis, CounterCell cell, @Nullable SpanExemplars sampler) {
        super(id, createdMillis);
        this.cell = cell;
        this.sampler = sampler;
    }

    @Override
    public void increment() {
        sample(1);
        cell.add(1L);
    }

    @Override
    public void increment(double amount) {
        if (!(amount > 0)) {
            return;
        }
        sample(amount);
        // An int, not a long: the cell's integer would overflow after 1,024 amounts of 2^53, but only after 2^32 of the
        // largest ints.
        int whole = (int) amount;
        if (whole == amount) {
            cell.add((long) whole);
        } else {
            cell.add(amount);
        }
    }

    /** Before the cell, so that nothing of this object is needed after the downcall. */
    private void sample(double amount) {
        if (sampler != null) {
            sampler.observe(amount);
        }
    }

    @Override
    public double count() {
        return cell.sum();
    }

    /** An amount that is too small to change a sum that is not whole is as good as none. */
    @Override
    long fingerprint(CellSnapshot totals) {
        return cell.fingerprint(totals);
    }

    public @Override CounterCell cell() {
        return cell;
    }

    public @Override @Nullable PointWriter plainWriter() {
        return sampler == null ? PLAIN : null;
    }

    public @Override void collect(SeriesShape as, CellSnapshot totals, FamilyValues values) {
        values.add(
                as.main(),
                new CounterDataPointSnapshot(
                        cell.sum(totals), as.labels(getId()), ExemplarSamplers.latest(sampler), createdMillis()));
    }

    public @Override @Nullable DataPointSnapshot pointOf(int shard, Labels labels) {
        double sum = cell.sumOfShard(shard);
        return sum == 0 ? null : new CounterDataPointSnapshot(sum, labels, null, createdMillis());
    }

    public @Override void write(CellSnapshot totals, SampleWriter out) throws IOException {
        out.value(SampleWriter.VALUE, cell.sum(totals), ExemplarSamplers.latest(sampler));
    }

    public @Override @Nullable WindowedMax windowedMax() {
        return null;
    }
}
