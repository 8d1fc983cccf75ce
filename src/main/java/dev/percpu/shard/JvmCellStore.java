package dev.percpu.shard;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Cells as heap objects behind atomics: what is recorded to where the native library is not there.
 *
 * <p>The store holds its cells weakly, so that a removed meter's cells go as soon as nobody holds its handle. Cells are numbered in the
 * order of their making and a number is never used twice: that is how a {@link JvmSnapshot} finds the value of a cell.
 */
final class JvmCellStore extends CellStore {
    private static final int FEW = 1024;

    private final int sharedShard;
    private final Object lock = new Object();
    private final LongAdder records = new LongAdder();
    private List<WeakReference<? extends JvmCell>> cells = new ArrayList<>();
    private int tidyAt = FEW;
    private long nextNumber;
    private boolean closed;

    /**
     * @param sharedShard index of the shard that the cells are said to be in
     */
    JvmCellStore(int sharedShard) {
        this.sharedShard = sharedShard;
    }

    @Override
    public CounterCell newCounter() {
        synchronized (lock) {
            return add(new JvmCounterCell(this, nextNumber()));
        }
    }

    @Override
    public LongObservationCell newLongObservation(BucketBounds bounds) {
        long[] longs = bounds.longs();
        synchronized (lock) {
            return add(new JvmLongObservationCell(this, nextNumber(), longs, records));
        }
    }

    @Override
    public DoubleObservationCell newDoubleObservation(BucketBounds bounds) {
        double[] doubles = bounds.doubles();
        synchronized (lock) {
            return add(new JvmDoubleObservationCell(this, nextNumber(), doubles, records));
        }
    }

    private long nextNumber() {
        if (closed) {
            throw new IllegalStateException("this cell store is closed: it makes no new cells");
        }
        return nextNumber++;
    }

    /** Adds a cell, and forgets those that were collected when they may be half of all. */
    private <C extends JvmCell> C add(C cell) {
        if (cells.size() >= tidyAt) {
            cells.removeIf(reference -> reference.get() == null);
            tidyAt = Math.max(FEW, 2 * cells.size());
        }
        cells.add(new WeakReference<>(cell));
        return cell;
    }

    /** Nothing to do: a cell goes when nobody holds it any more. */
    @Override
    public void retire(Cell cell) {}

    @Override
    public void recycle() {}

    /** Whether no cell was made yet. */
    boolean isEmpty() {
        synchronized (lock) {
            return nextNumber == 0;
        }
    }

    @Override
    public JvmSnapshot totals() {
        List<JvmCell> live = liveCells();
        long[] numbers = new long[live.size()];
        Object[] values = new Object[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = live.get(i).number();
            values[i] = live.get(i).value();
        }
        return new JvmSnapshot(this, numbers, values);
    }

    /** Observations since the store was opened. */
    long records() {
        return records.sum();
    }

    /** In ascending order of their numbers. Forgets those that were collected. */
    private List<JvmCell> liveCells() {
        synchronized (lock) {
            List<JvmCell> live = new ArrayList<>(cells.size());
            List<WeakReference<? extends JvmCell>> kept = new ArrayList<>(cells.size());
            for (WeakReference<? extends JvmCell> reference : cells) {
                JvmCell cell = reference.get();
                if (cell != null) {
                    live.add(cell);
                    kept.add(reference);
                }
            }
            cells = kept;
            return live;
        }
    }

    @Override
    public BitSet recordedShards() {
        BitSet shards = new BitSet();
        shards.set(sharedShard, !isEmpty());
        return shards;
    }

    @Override
    public int sharedShard() {
        return sharedShard;
    }

    @Override
    public ShardStatistics statistics() {
        long observations = records.sum();
        return new ShardStatistics(0, 0, 0, List.of(), observations, observations);
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
    }
}
