package dev.percpu.shard;

import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.function.Function;

/**
 * The cells of one meter, summed over shards. The memory belongs to the caller and has the layout of a shard. Not thread-safe.
 *
 * @param cells memory of the summed cells
 * @param from offset of the meter's first cell in {@code cells}, in bytes
 */
record CellSums(MemorySegment cells, long from) {
    /**
     * Sums the cells of one meter over all shards now.
     *
     * @param bytes size of the meter's cells in a shard
     * @param reader computes the result; it must not keep its argument
     */
    static <T> T readNow(CellHandle handle, long bytes, Function<CellSums, T> reader) {
        return readNow(0, handle.region().shards() + 1, handle, bytes, reader);
    }

    /** Reads the cells of one meter in one shard now. */
    static <T> T readShardNow(int shard, CellHandle handle, long bytes, Function<CellSums, T> reader) {
        return readNow(shard, shard + 1, handle, bytes, reader);
    }

    private static <T> T readNow(int first, int last, CellHandle handle, long bytes, Function<CellSums, T> reader) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(bytes, Layout.CELL_BYTES);
            handle.region().sum(first, last, handle.offset(), handle.offset() + bytes, out);
            return reader.apply(new CellSums(out, 0));
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    private long firstWord(long offset) {
        return cells.get(ValueLayout.JAVA_LONG, from + offset + Layout.FIRST_WORD);
    }

    private long secondWord(long offset) {
        return cells.get(ValueLayout.JAVA_LONG, from + offset + Layout.SECOND_WORD);
    }

    private double secondWordAsDouble(long offset) {
        return cells.get(ValueLayout.JAVA_DOUBLE, from + offset + Layout.SECOND_WORD);
    }

    /** Returns the sum of a counter. */
    double counterSum() {
        return firstWord(0) + secondWordAsDouble(0);
    }

    /** Returns a number that changes with each part of a counter's sum. */
    long counterFingerprint() {
        return 31 * firstWord(0) + secondWord(0);
    }

    /** Returns the observations of a group. */
    Observations observations(SumKind kind, int buckets) {
        long[] counts = new long[buckets];
        long sum = observations(kind, counts, buckets);
        return Observations.of(kind, counts, sum);
    }

    /**
     * Copies the counts of a group.
     *
     * @param counts receives the count of each bucket
     * @return the sum of all amounts, a long or the raw bits of a double
     */
    long observations(SumKind kind, long[] counts, int buckets) {
        return kind == SumKind.LONG
                ? longObservations(counts, buckets)
                : Double.doubleToRawLongBits(doubleObservations(counts, buckets));
    }

    // Two loops, because a choice per bucket would make the sum of doubles slower.

    private long longObservations(long[] counts, int buckets) {
        long sum = 0;
        for (int i = 0; i < buckets; i++) {
            counts[i] = firstWord(Layout.bucketOffset(i));
            sum = SumKind.addSaturated(sum, secondWord(Layout.bucketOffset(i)));
        }
        return sum;
    }

    private double doubleObservations(long[] counts, int buckets) {
        double sum = 0;
        for (int i = 0; i < buckets; i++) {
            counts[i] = firstWord(Layout.bucketOffset(i));
            sum += secondWordAsDouble(Layout.bucketOffset(i));
        }
        return sum;
    }

    /** Returns the number of observations in all buckets of a group. */
    long count(int buckets) {
        long count = 0;
        for (int i = 0; i < buckets; i++) {
            count += firstWord(Layout.bucketOffset(i));
        }
        return count;
    }
}
