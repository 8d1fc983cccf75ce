package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the samples of one family after the other as one of the two text formats has them. The bytes are those of the Prometheus client's
 * writers; a sample without exemplar allocates nothing. Not thread-safe.
 *
 * <p>A sample's name is given by its place among the names of its family ({@link TextNames#sample}).
 */
public final class SampleWriter {
    /** Places of the samples of a histogram's point: a bucket, the count, the sum. */
    public static final int BUCKET = 0;

    /** Places of the samples of a summary's point: a quantile, the count, the sum. */
    public static final int QUANTILE = 0;

    public static final int COUNT = 1;
    public static final int SUM = 2;

    /** The place of a counter's or gauge's only sample. */
    public static final int VALUE = 0;

    private static final byte[] EXEMPLAR = {' ', '#', ' ', '{'};
    private static final byte[] QUANTILE_LABEL = TextLabels.opening("quantile");
    private static final byte[] BOUND_LABEL = TextLabels.opening("le");
    private static final byte[] AFTER_LABELS = {'}', ' '};
    private static final byte[] AFTER_VALUE = {'"', '}', ' '};

    /** Which samples have exemplars. */
    public enum WithExemplars {
        /** The format has none. */
        NEVER,
        /** Those that OpenMetrics 1 allows: a counter's, and the buckets of a histogram. */
        STANDARD,
        /** Besides, counts and quantiles. */
        ON_ALL_TYPES
    }

    private final TextOutput out;
    private final WithExemplars exemplars;

    private @Nullable TextNames names;
    private boolean headerDue;
    private byte[] labels = {};
    private int labelsFrom;
    private int labelsBytes;

    /** Of a bucket's line all up to its bound, which is the same in all lines of a point. */
    private byte[] bucketLine = new byte[256];

    private int bucketLineBytes;

    private long[] scratch = {};
    private long[] cumulative = {};

    /** Writes there. */
    public SampleWriter(TextOutput out, WithExemplars exemplars) {
        this.out = out;
        this.exemplars = exemplars;
    }

    /** What follows is in that family. A family without samples leaves no trace. */
    public void family(TextNames names) {
        this.names = names;
        headerDue = true;
    }

    /**
     * What follows has these labels.
     *
     * @param labels as text without braces, somewhere in this array
     * @param from where they begin
     * @param bytes of them; 0 if there are none
     */
    void point(byte[] labels, int from, int bytes) {
        this.labels = labels;
        labelsFrom = from;
        labelsBytes = bytes;
        bucketLineBytes = 0;
    }

    /** An array for the caller's own use until it asks again. */
    public long[] scratch(int atLeast) {
        if (scratch.length < atLeast) {
            scratch = new long[Math.max(atLeast, 2 * scratch.length)];
        }
        return scratch;
    }

    /** Another, for what {@link #buckets} is to write. */
    public long[] cumulative(int atLeast) {
        if (cumulative.length < atLeast) {
            cumulative = new long[Math.max(atLeast, 2 * cumulative.length)];
        }
        return cumulative;
    }

    /** Whether any sample has an exemplar: if not, they need not be looked for. */
    public boolean hasExemplars() {
        return exemplars != WithExemplars.NEVER;
    }

    /**
     * A sample with any value.
     *
     * @param exemplar of a counter; null for others
     */
    public void value(int place, double value, @Nullable Exemplar exemplar) throws IOException {
        begin(place);
        out.put(value);
        end(exemplar);
    }

    /** A sample in seconds. */
    public void seconds(int place, long nanos) throws IOException {
        begin(place);
        out.putSeconds(nanos);
        end(null);
    }

    /** The count of a histogram or summary, with the latest of its exemplars. */
    public void count(long count, Exemplars of) throws IOException {
        begin(COUNT);
        out.put(count);
        end(exemplars == WithExemplars.ON_ALL_TYPES && of.size() > 0 ? of.getLatest() : null);
    }

    /**
     * A quantile of a summary.
     *
     * @param number from 0 on, of this quantile
     * @param of the summary: each quantile shows another, as the client's writer distributes them
     */
    public void quantile(int number, double quantile, double value, Exemplars of) throws IOException {
        out.put(sampleName(QUANTILE));
        out.put('{');
        if (labelsBytes > 0) {
            out.put(labels, labelsFrom, labelsBytes);
            out.put(',');
        }
        out.put(QUANTILE_LABEL);
        out.put(quantile);
        out.put(AFTER_VALUE);
        out.put(value);
        end(exemplars == WithExemplars.ON_ALL_TYPES && of.size() > 0 ? of.get((number + 2) % of.size()) : null);
    }

    /**
     * All buckets of a histogram, without exemplars.
     *
     * @param cumulative of each bound all observations up to it
     */
    public void buckets(TextBounds bounds, long[] cumulative) throws IOException {
        composeBucketLine();
        out.putBuckets(bucketLine, bucketLineBytes, bounds, cumulative);
    }

    /**
     * One bucket of a histogram.
     *
     * @param place of its bound
     * @param cumulative all observations up to that bound
     */
    public void bucket(TextBounds bounds, int place, long cumulative, @Nullable Exemplar exemplar) throws IOException {
        composeBucketLine();
        out.putBucket(bucketLine, bucketLineBytes, bounds, place, cumulative);
        end(exemplar);
    }

    private void composeBucketLine() throws IOException {
        if (bucketLineBytes > 0) {
            return;
        }
        byte[] name = sampleName(BUCKET);
        int most = name.length + labelsBytes + BOUND_LABEL.length + 2;
        if (bucketLine.length < most) {
            bucketLine = Arrays.copyOf(bucketLine, 2 * most);
        }
        append(name, 0, name.length);
        bucketLine[bucketLineBytes++] = '{';
        if (labelsBytes > 0) {
            append(labels, labelsFrom, labelsBytes);
            bucketLine[bucketLineBytes++] = ',';
        }
        append(BOUND_LABEL, 0, BOUND_LABEL.length);
    }

    private void append(byte[] bytes, int from, int count) {
        System.arraycopy(bytes, from, bucketLine, bucketLineBytes, count);
        bucketLineBytes += count;
    }

    private void begin(int place) throws IOException {
        out.putSample(sampleName(place), labels, labelsFrom, labelsBytes);
    }

    private byte[] sampleName(int place) throws IOException {
        TextNames current = names;
        if (current == null) {
            throw new IllegalStateException("a sample needs a family first");
        }
        if (headerDue) {
            headerDue = false;
            out.put(current.header());
        }
        return current.sample(place);
    }

    private void end(@Nullable Exemplar exemplar) throws IOException {
        if (exemplar != null && hasExemplars()) {
            out.put(EXEMPLAR);
            out.put(TextLabels.quoted(exemplar.getLabels()));
            out.put(AFTER_LABELS);
            out.put(exemplar.getValue());
            if (exemplar.hasTimestamp()) {
                out.put(' ');
                out.putTimestamp(exemplar.getTimestampMillis());
            }
        }
        out.put('\n');
    }
}
