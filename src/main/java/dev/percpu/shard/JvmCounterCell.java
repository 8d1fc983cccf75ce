package dev.percpu.shard;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** A counter on striped JVM adders. */
final class JvmCounterCell extends CounterCell implements JvmCell {
    private static final Sums NOTHING = new Sums(0, 0.0);

    private final JvmCellStore store;
    private final long number;
    private final LongAdder whole = new LongAdder();
    private final DoubleAdder other = new DoubleAdder();

    JvmCounterCell(JvmCellStore store, long number) {
        this.store = store;
        this.number = number;
    }

    @Override
    public void add(long amount) {
        whole.add(amount);
    }

    @Override
    public void add(double amount) {
        other.add(amount);
    }

    @Override
    public double sum() {
        return whole.sum() + other.sum();
    }

    @Override
    public double sum(CellSnapshot totals) {
        Sums sums = sums(totals);
        return sums.whole + sums.other;
    }

    @Override
    public long fingerprint(CellSnapshot totals) {
        Sums sums = sums(totals);
        return 31 * sums.whole + Double.doubleToRawLongBits(sums.other);
    }

    private Sums sums(CellSnapshot totals) {
        return JvmSnapshot.valueIn(totals, store, number, Sums.class, () -> NOTHING);
    }

    @Override
    public double sumOf(int shard) {
        return shard == store.sharedShard() ? sum() : 0;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public Sums value() {
        return new Sums(whole.sum(), other.sum());
    }

    record Sums(long whole, double other) {}
}
