package dev.percpu.family;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextBounds;
import dev.percpu.histogram.BucketLayout;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * A writer of the bucket and count samples of one {@link BucketLayout} in the text formats. Immutable and thread-safe.
 *
 * <p>The bounds are encoded once per layout: equal layouts share one writer, as long as a meter refers to it. So writers can be
 * compared by identity.
 */
public final class BucketWriter {
    private static final Map<BucketLayout, WeakReference<BucketWriter>> SHARED = new WeakHashMap<>();

    private final BucketLayout layout;
    private final double[] bounds;
    private final TextBounds encodedBounds;

    private BucketWriter(BucketLayout layout) {
        this.layout = layout;
        this.bounds = layout.baseUnitBounds();
        this.encodedBounds = TextBounds.of(bounds);
    }

    /** Returns the writer of a layout. */
    public static BucketWriter of(BucketLayout layout) {
        synchronized (SHARED) {
            WeakReference<BucketWriter> reference = SHARED.get(layout);
            BucketWriter writer = reference == null ? null : reference.get();
            if (writer == null) {
                writer = new BucketWriter(layout);
                // WeakHashMap.put keeps an equal key that is already in the map. The entry must live as long as the
                // layout of this writer, so the old key is removed first.
                SHARED.remove(layout);
                // The value is weak because the writer refers to the key.
                SHARED.put(layout, new WeakReference<>(writer));
            }
            return writer;
        }
    }

    /** Returns the layout of the buckets. */
    public BucketLayout layout() {
        return layout;
    }

    /**
     * Writes the buckets of a classic histogram and the count. A native histogram without classic buckets has the +Inf bucket alone.
     *
     * @param cellCounts the count of each cell; may be longer than the number of cells
     * @param exemplars exemplars of the data point, with values in the base unit
     * @param out a writer that has the labels of the point
     */
    public void write(long[] cellCounts, Exemplars exemplars, SampleWriter out) throws IOException {
        long count = layout.hasHistogram() ? writeBuckets(cellCounts, exemplars, out) : layout.count(cellCounts);
        out.count(count, exemplars);
    }

    private long writeBuckets(long[] cellCounts, Exemplars exemplars, SampleWriter out) throws IOException {
        long[] cumulative = out.cumulative(bounds.length);
        long count = layout.cumulate(cellCounts, cumulative);
        if (exemplars.size() == 0) {
            out.buckets(encodedBounds, cumulative);
            return count;
        }
        double lower = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < bounds.length; i++) {
            out.bucket(encodedBounds, i, cumulative[i], exemplars.get(lower, bounds[i]));
            lower = bounds[i];
        }
        return count;
    }
}
