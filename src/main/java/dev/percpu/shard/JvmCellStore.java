package dev.percpu.shard;

import dev.percpu.binding.SumKind;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store with cells on the JVM's heap, changed by JVM atomics. It needs no native library. Thread-safe.
 *
 * <p>The store holds its cells by weak references, so that the garbage collector frees the cell of a removed meter. Each cell has a number,
 * which is never used again: a snapshot finds the value of a cell by its number.
 */
public final class JvmCellStore implements CellStore {
    /** Number of cells below which cleared references are not removed. */
    private static final int MIN_PURGE_SIZE = 1024;

    private final int sharedShard;
    private final Object lock = new Object();

    /** Observations since the store was created. */
    private final LongAdder records = new LongAdder();

    private List<WeakReference<? extends NumberedCell>> cells = new ArrayList<>();
    private int nextPurgeSize = MIN_PURGE_SIZE;
    private long nextNumber;
    private boolean closed;

    /** Creates a store without per-CPU shards. */
    public JvmCellStore() {
        this(0);
    }

    /**
     * Creates a store beside per-CPU shards.
     *
     * @param sharedShard index of the shard in which the cells of this store are reported
     */
    JvmCellStore(int sharedShard) {
        this.sharedShard = sharedShard;
    }

    /** A cell of this store. */
    private interface NumberedCell {
        /** Returns the number of the cell; later cells have larger numbers. */
        long number();

        /** Returns what was recorded until now, as an immutable value. */
        Object value();
    }

    @Override
    public CounterCell newCounter() {
        synchronized (lock) {
            return add(new JvmCounterCell(nextNumber()));
        }
    }

    @Override
    public ObservationCell newLongObservation(BucketBounds bounds) {
        return newObservation(SumKind.LONG, bounds);
    }

    @Override
    public ObservationCell newDoubleObservation(BucketBounds bounds) {
        return newObservation(SumKind.DOUBLE, bounds);
    }

    private ObservationCell newObservation(SumKind kind, BucketBounds bounds) {
        long[] words = bounds.words(kind);
        synchronized (lock) {
            return add(new JvmObservationCell(nextNumber(), kind, words));
        }
    }

    private long nextNumber() {
        if (closed) {
            throw new IllegalStateException("cell store must be open to create a cell, but was closed");
        }
        return nextNumber++;
    }

    /** Adds a cell. Removes the cleared references when the list has doubled. */
    private <C extends NumberedCell> C add(C cell) {
        if (cells.size() >= nextPurgeSize) {
            cells.removeIf(reference -> reference.get() == null);
            nextPurgeSize = Math.max(MIN_PURGE_SIZE, 2 * cells.size());
        }
        cells.add(new WeakReference<>(cell));
        return cell;
    }

    /** Does nothing: the garbage collector frees the cell when it is unreachable. */
    @Override
    public void retire(Cell cell) {}

    @Override
    public void recycle() {}

    /** Returns whether no cell was created yet. */
    private boolean isEmpty() {
        synchronized (lock) {
            return nextNumber == 0;
        }
    }

    @Override
    public CellSnapshot snapshot() {
        List<NumberedCell> live = liveCells();
        long[] numbers = new long[live.size()];
        Object[] values = new Object[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = live.get(i).number();
            values[i] = live.get(i).value();
        }
        return new JvmSnapshot(this, numbers, values);
    }

    /** Returns the reachable cells by ascending number, and removes the cleared references. */
    private List<NumberedCell> liveCells() {
        synchronized (lock) {
            List<NumberedCell> live = new ArrayList<>(cells.size());
            List<WeakReference<? extends NumberedCell>> kept = new ArrayList<>(cells.size());
            for (WeakReference<? extends NumberedCell> reference : cells) {
                NumberedCell cell = reference.get();
                if (cell != null) {
                    live.add(cell);
                    kept.add(reference);
                }
            }
            cells = kept;
            return live;
        }
    }

    /** Returns the number of observations since the store was created. */
    long records() {
        return records.sum();
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
        long observations = records();
        return new ShardStatistics(0, 0, 0, List.of(), observations, observations);
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
    }

    /** The values of the cells at one time. */
    private static final class JvmSnapshot extends CellSnapshot {
        private final JvmCellStore store;

        /** Ascending. */
        private final long[] numbers;

        /** One immutable value per number; null after {@link #close()}. */
        private volatile Object @Nullable [] values;

        private JvmSnapshot(JvmCellStore store, long[] numbers, Object[] values) {
            this.store = store;
            this.numbers = numbers;
            this.values = values;
        }

        @Override
        CellSnapshot heapPart() {
            return this;
        }

        @Override
        public void close() {
            values = null;
        }
    }

    /**
     * Returns the value of a cell in a snapshot, or the default if the cell is newer than the snapshot.
     *
     * @throws IllegalArgumentException if the snapshot is not of this store
     * @throws IllegalStateException if the snapshot is closed
     */
    private <V> V valueIn(CellSnapshot snapshot, long number, Class<V> type, Supplier<V> defaultValue) {
        if (!(snapshot.heapPart() instanceof JvmSnapshot part) || part.store != this) {
            throw new IllegalArgumentException("snapshot must be of the store of this cell, but was of another store");
        }
        Object[] values = part.values;
        if (values == null) {
            throw new IllegalStateException("snapshot must be open, but was closed");
        }
        int index = Arrays.binarySearch(part.numbers, number);
        return index < 0 ? defaultValue.get() : type.cast(values[index]);
    }

    /** A counter with striped adders. */
    private final class JvmCounterCell extends CounterCell implements NumberedCell {
        private static final Sums ZERO = new Sums(0, 0.0);

        private final long number;
        private final LongAdder integers = new LongAdder();
        private final DoubleAdder doubles = new DoubleAdder();

        private JvmCounterCell(long number) {
            this.number = number;
        }

        private record Sums(long integers, double doubles) {
            double sum() {
                return integers + doubles;
            }
        }

        @Override
        public void add(long amount) {
            integers.add(amount);
        }

        @Override
        public void add(double amount) {
            doubles.add(amount);
        }

        @Override
        public double sum() {
            return value().sum();
        }

        @Override
        public double sum(CellSnapshot snapshot) {
            return sums(snapshot).sum();
        }

        @Override
        public long fingerprint(CellSnapshot snapshot) {
            Sums sums = sums(snapshot);
            return 31 * sums.integers + Double.doubleToRawLongBits(sums.doubles);
        }

        private Sums sums(CellSnapshot snapshot) {
            return valueIn(snapshot, number, Sums.class, () -> ZERO);
        }

        @Override
        public double sumOfShard(int shard) {
            return shard == sharedShard ? sum() : 0;
        }

        @Override
        int buckets() {
            return 0;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public Sums value() {
            return new Sums(integers.sum(), doubles.sum());
        }
    }

    /**
     * Buckets that are immutable {count, sum} pairs. A record replaces a pair by compare-and-set, so that a reader sees both
     * changes or neither.
     *
     * <p>Amounts, bounds and sums are words: longs, or the raw bits of doubles. Words of amounts that are at least 0 have the order
     * of the amounts.
     */
    private final class JvmObservationCell extends ObservationCell implements NumberedCell {
        private static final Bucket EMPTY = new Bucket(0, 0);

        private final long number;
        private final SumKind kind;
        private final long[] bounds;
        private final AtomicReferenceArray<Bucket> buckets;

        private JvmObservationCell(long number, SumKind kind, long[] bounds) {
            this.number = number;
            this.kind = kind;
            this.bounds = bounds;
            Bucket[] empty = new Bucket[bounds.length + 1];
            Arrays.fill(empty, EMPTY);
            buckets = new AtomicReferenceArray<>(empty);
        }

        private record Bucket(long count, long sum) {}

        @Override
        SumKind sumKind() {
            return kind;
        }

        @Override
        public void observeLong(long amount) {
            assert isOfLongs();
            add(bucketOf(amount), 1, amount);
        }

        @Override
        public void observeDouble(double amount) {
            assert !isOfLongs();
            long bits = Double.doubleToRawLongBits(amount);
            add(bucketOf(bits), 1, bits);
        }

        @Override
        public void observeLong(long amount, long count) {
            assert isOfLongs() && count > 0;
            add(bucketOf(amount), count, kind.multiply(amount, count));
        }

        @Override
        public void observeDouble(double amount, long count) {
            assert !isOfLongs() && count > 0;
            long bits = Double.doubleToRawLongBits(amount);
            add(bucketOf(bits), count, kind.multiply(bits, count));
        }

        @Override
        public void observeBucket(int bucket, long count, double sum) {
            assert !isOfLongs() && count > 0;
            add(bucket, count, Double.doubleToRawLongBits(sum));
        }

        /** Adds to a bucket. The total is a long, or the raw bits of a double. */
        private void add(int bucket, long count, long total) {
            Bucket before;
            do {
                before = buckets.get(bucket);
            } while (!buckets.compareAndSet(
                    bucket, before, new Bucket(before.count + count, kind.add(before.sum, total))));
            records.add(count);
        }

        /** Returns the index of the first bound that is at least this amount, or of +Inf. */
        private int bucketOf(long amount) {
            int low = 0;
            int high = bounds.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (amount <= bounds[middle]) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }

        @Override
        public Observations read() {
            long[] counts = new long[buckets.length()];
            long sum = 0;
            for (int i = 0; i < counts.length; i++) {
                Bucket bucket = buckets.get(i);
                counts[i] = bucket.count;
                sum = kind.add(sum, bucket.sum);
            }
            return Observations.of(kind, counts, sum);
        }

        @Override
        Observations read(CellSnapshot snapshot) {
            return valueIn(snapshot, number, Observations.class, this::none);
        }

        @Override
        public double read(CellSnapshot snapshot, long[] counts) {
            Observations observations = read(snapshot);
            System.arraycopy(observations.bucketCounts(), 0, counts, 0, buckets.length());
            return observations.sum();
        }

        @Override
        public Observations readShard(int shard) {
            return shard == sharedShard ? read() : none();
        }

        private Observations none() {
            return Observations.none(kind, buckets.length());
        }

        @Override
        int buckets() {
            return buckets.length();
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public Observations value() {
            return read();
        }
    }
}
