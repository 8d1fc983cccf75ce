package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A writer of samples in one of the two text formats. Not thread-safe.
 *
 * <p>It writes the same bytes as the Prometheus client's writers. A sample without exemplar allocates nothing.
 *
 * <p>Order of calls: {@link #family}, then for each point its labels ({@link #point}) and its samples. A sample's name is
 * selected by its index among the names of the family.
 */
public final class SampleWriter {
    /** Index of the sample of a counter or gauge. */
    public static final int VALUE = 0;

    /** Index of the sum of a histogram or summary. */
    public static final int SUM = 2;

    private static final int BUCKET = 0;
    private static final int QUANTILE = 0;
    private static final int COUNT = 1;

    private static final byte[] EXEMPLAR = {' ', '#', ' ', '{'};
    private static final byte[] QUANTILE_LABEL = TextLabels.opening("quantile");
    private static final byte[] BOUND_LABEL = TextLabels.opening("le");
    private static final byte[] AFTER_LABELS = {'}', ' '};
    private static final byte[] AFTER_VALUE = {'"', '}', ' '};

    /** The samples that are written with exemplars. */
    enum ExemplarPolicy {
        /** No samples: the format has no exemplars. */
        NONE,
        /** The samples that OpenMetrics 1 permits: counters, and buckets of histograms. */
        STANDARD,
        /** The samples of {@link #STANDARD}, counts and quantiles. */
        ALL_TYPES
    }

    private final TextOutput out;
    private final ExemplarPolicy exemplars;

    private @Nullable FamilyText names;
    private boolean headerDue;
    private byte[] labels = LabelColumn.NONE;
    private int labelsFrom;
    private int labelsBytes = LabelColumn.NONE.length;

    /** The text of a bucket's line before the bound. All buckets of a point share it. */
    private byte[] bucketPrefix = new byte[256];

    /** Length of the prefix; 0 if it was not composed for the current point. */
    private int bucketPrefixBytes;

    private long[] scratch = {};
    private long[] cumulative = {};
    private double[] doubles = {};

    SampleWriter(TextOutput out, ExemplarPolicy exemplars) {
        this.out = out;
        this.exemplars = exemplars;
    }

    /** Starts a family. Its header is written with the first sample, so a family without samples writes nothing. */
    public void family(FamilyText names) {
        this.names = names;
        headerDue = true;
    }

    /** Starts a point, whose labels are those at an index of the column. */
    public void point(LabelColumn column, int index) {
        labels = column.text();
        labelsFrom = column.start(index);
        labelsBytes = column.length(index);
        bucketPrefixBytes = 0;
    }

    /** Returns a scratch array for the caller, valid until the next call. Its content is undefined. */
    public long[] scratch(int minLength) {
        if (scratch.length < minLength) {
            scratch = new long[Math.max(minLength, 2 * scratch.length)];
        }
        return scratch;
    }

    /** Returns a scratch array of doubles. */
    public double[] doubles(int minLength) {
        if (doubles.length < minLength) {
            doubles = new double[Math.max(minLength, 2 * doubles.length)];
        }
        return doubles;
    }

    /** Returns a second scratch array, for the counts that {@link #buckets} writes. */
    public long[] cumulative(int minLength) {
        if (cumulative.length < minLength) {
            cumulative = new long[Math.max(minLength, 2 * cumulative.length)];
        }
        return cumulative;
    }

    /** Returns whether any sample is written with exemplars. If not, callers do not have to collect them. */
    public boolean hasExemplars() {
        return exemplars != ExemplarPolicy.NONE;
    }

    /**
     * Writes a sample.
     *
     * @param sample the index of its name
     * @param exemplar an exemplar of a counter, or null
     */
    public void value(int sample, double value, @Nullable Exemplar exemplar) throws IOException {
        begin(sample);
        out.put(value);
        end(exemplar);
    }

    /**
     * Writes consecutive points of a family of counters or gauges, without exemplars.
     *
     * @param labels the labels of all points
     * @param from index of the first point in {@code labels}
     * @param values the value of each point, from index 0 on
     * @param count number of points
     */
    public void values(LabelColumn labels, int from, double[] values, int count) throws IOException {
        out.putLines(sampleName(VALUE), labels, from, values, count);
    }

    /** Writes consecutive points of a family of gauges in seconds. The values are in nanoseconds. */
    public void seconds(LabelColumn labels, int from, long[] nanos, int count) throws IOException {
        out.putSecondsLines(sampleName(VALUE), labels, from, nanos, count);
    }

    /** Writes consecutive points of a family of summaries, without quantiles and exemplars. */
    public void summaries(LabelColumn labels, int from, long[] counts, double[] sums, int count) throws IOException {
        out.putLines(sampleName(COUNT), counts, sampleName(SUM), sums, labels, from, count);
    }

    /** Writes consecutive points of a family of summaries in seconds, without quantiles and exemplars. The sums are in nanoseconds. */
    public void summariesInSeconds(LabelColumn labels, int from, long[] counts, long[] sums, int count)
            throws IOException {
        out.putSecondsLines(sampleName(COUNT), counts, sampleName(SUM), sums, labels, from, count);
    }

    /**
     * Writes a sample in seconds.
     *
     * @param sample the index of its name
     * @param nanos the value in nanoseconds
     */
    public void seconds(int sample, long nanos) throws IOException {
        begin(sample);
        out.putSeconds(nanos);
        end(null);
    }

    /** Writes the count of a histogram or summary, with the latest exemplar of the point. */
    public void count(long count, Exemplars pointExemplars) throws IOException {
        begin(COUNT);
        out.put(count);
        end(exemplars == ExemplarPolicy.ALL_TYPES && pointExemplars.size() > 0 ? pointExemplars.getLatest() : null);
    }

    /**
     * Writes a quantile of a summary.
     *
     * @param index the index of the quantile in its summary, from 0
     * @param pointExemplars exemplars of the summary. Each quantile gets one by its index, as in the Prometheus client's writer.
     */
    public void quantile(int index, double quantile, double value, Exemplars pointExemplars) throws IOException {
        out.put(sampleName(QUANTILE));
        if (hasLabels()) {
            out.put(labels, labelsFrom, labelsBytes - AFTER_LABELS.length);
            out.put(',');
        } else {
            out.put('{');
        }
        out.put(QUANTILE_LABEL);
        out.put(quantile);
        out.put(AFTER_VALUE);
        out.put(value);
        end(
                exemplars == ExemplarPolicy.ALL_TYPES && pointExemplars.size() > 0
                        ? pointExemplars.get((index + 2) % pointExemplars.size())
                        : null);
    }

    /**
     * Writes all buckets of a histogram, without exemplars.
     *
     * @param cumulative for each bound the number of observations up to it
     */
    public void buckets(TextBounds bounds, long[] cumulative) throws IOException {
        composeBucketPrefix();
        out.putBuckets(bucketPrefix, bucketPrefixBytes, bounds, cumulative);
    }

    /**
     * Writes one bucket of a histogram.
     *
     * @param index the index of its bound
     * @param cumulative the number of observations up to that bound
     */
    public void bucket(TextBounds bounds, int index, long cumulative, @Nullable Exemplar exemplar) throws IOException {
        composeBucketPrefix();
        out.putBucket(bucketPrefix, bucketPrefixBytes, bounds, index, cumulative);
        end(exemplar);
    }

    private void composeBucketPrefix() throws IOException {
        if (bucketPrefixBytes > 0) {
            return;
        }
        byte[] name = sampleName(BUCKET);
        int maxBytes = name.length + labelsBytes + BOUND_LABEL.length + 2;
        if (bucketPrefix.length < maxBytes) {
            bucketPrefix = Arrays.copyOf(bucketPrefix, 2 * maxBytes);
        }
        append(name, 0, name.length);
        if (hasLabels()) {
            append(labels, labelsFrom, labelsBytes - AFTER_LABELS.length);
            bucketPrefix[bucketPrefixBytes++] = ',';
        } else {
            bucketPrefix[bucketPrefixBytes++] = '{';
        }
        append(BOUND_LABEL, 0, BOUND_LABEL.length);
    }

    private void append(byte[] bytes, int from, int count) {
        System.arraycopy(bytes, from, bucketPrefix, bucketPrefixBytes, count);
        bucketPrefixBytes += count;
    }

    private boolean hasLabels() {
        return labelsBytes > LabelColumn.NONE.length;
    }

    private void begin(int sample) throws IOException {
        out.putSample(sampleName(sample), labels, labelsFrom, labelsBytes);
    }

    private byte[] sampleName(int sample) throws IOException {
        FamilyText current = names;
        if (current == null) {
            throw new IllegalStateException("family() must be called before a sample is written");
        }
        if (headerDue) {
            headerDue = false;
            out.put(current.header());
        }
        return current.sampleName(sample);
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
