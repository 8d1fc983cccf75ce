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
        this.bounds = layout.exposedBounds();
        this.encodedBounds = TextBounds.of(bounds);
    }

    /** Returns the writer of a layout. */
    public static BucketWriter of(BucketLayout layout) {
        synchronized (SHARED) {
            WeakReference<BucketWriter> reference = SHARED.get(layout);
            BucketWriter writer = reference == null ? null : reference.get();
            if (writer == null) {
                writer = new BucketWriter(layout);
                // Put alone would keep an older, equal key, and the entry must live as long as this writer's own
                // layout.
                SHARED.remove(layout);
                // The value is weak because the writer refers to the key.
                SHARED.put(layout, new WeakReference<>(writer));
            }
            return writer;
        }
    }

    public BucketLayout layout() {
        return layout;
    }

    /**
     * Writes the buckets of a classic histogram and the count. A native histogram without classic buckets has the +Inf bucket alone.
     *
     * @param cellCounts the count of each cell; may be longer than the number of cells
     * @param exemplars with values in the base unit
     */
    public void write(long[] cellCounts, Exemplars exemplars, SampleWriter out) throws IOException {
        long count = layout.publishesHistogram() ? writeBuckets(cellCounts, exemplars, out) : layout.count(cellCounts);
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
