package dev.percpu.shard;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Cells as heap objects behind atomics: what is recorded to where the native library is not there.
 *
 * <p>The store holds its cells weakly, so that a removed meter's cells go as soon as nobody holds its handle. Cells are numbered in the
 * order of their making and a number is never used twice: that is how a {@link JvmTotals} finds the value of a cell.
 */
final class JvmCellStore extends CellStore {
    private final Object lock = new Object();
    private final LongAdder records = new LongAdder();
    private List<WeakReference<? extends JvmCell>> cells = new ArrayList<>();
    private long nextNumber;
    private boolean closed;

    @Override
    public CounterCell newCounter() {
        synchronized (lock) {
            JvmCounterCell cell = new JvmCounterCell(this, nextNumber());
            cells.add(new WeakReference<>(cell));
            return cell;
        }
    }

    @Override
    public LongObservationCell newLongObservation(BucketBounds bounds) {
        long[] longs = bounds.longs();
        synchronized (lock) {
            JvmLongObservationCell cell = new JvmLongObservationCell(this, nextNumber(), longs, records);
            cells.add(new WeakReference<>(cell));
            return cell;
        }
    }

    @Override
    public DoubleObservationCell newDoubleObservation(BucketBounds bounds) {
        double[] doubles = bounds.doubles();
        synchronized (lock) {
            JvmDoubleObservationCell cell = new JvmDoubleObservationCell(this, nextNumber(), doubles, records);
            cells.add(new WeakReference<>(cell));
            return cell;
        }
    }

    private long nextNumber() {
        if (closed) {
            throw new IllegalStateException("this cell store is closed: it makes no new cells");
        }
        return nextNumber++;
    }

    @Override
    public Totals totals() {
        List<JvmCell> live = liveCells();
        long[] numbers = new long[live.size()];
        Object[] values = new Object[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = live.get(i).number();
            values[i] = live.get(i).value();
        }
        return new JvmTotals(this, numbers, values);
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
