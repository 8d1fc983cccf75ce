package dev.percpu.exposition;

import dev.percpu.exposition.SampleWriter.WithExemplars;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.ExporterProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One of the two text formats, of which families can be written one after the other: some sample by sample, without garbage, and the others by
 * the Prometheus client's own writer. Thread-safe.
 */
public final class TextFormat {
    private static final byte[] OPENMETRICS_END = "# EOF\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_END = {};

    private final ExpositionFormatWriter writer;
    private final boolean openMetrics;
    private final boolean exemplarsOnAllTypes;

    private TextFormat(ExpositionFormatWriter writer, boolean openMetrics, boolean exemplarsOnAllTypes) {
        this.writer = writer;
        this.openMetrics = openMetrics;
        this.exemplarsOnAllTypes = exemplarsOnAllTypes;
    }

    /**
     * The format of that writer, null if it is neither Prometheus' text format nor OpenMetrics 1, or writes samples besides those that
     * each point has (of the time of its creation).
     *
     * @param properties that the writer was made by
     */
    public static @Nullable TextFormat of(ExpositionFormatWriter writer, ExporterProperties properties) {
        boolean text = writer.getClass() == PrometheusTextFormatWriter.class;
        boolean openMetrics = writer.getClass() == OpenMetricsTextFormatWriter.class;
        return (text || openMetrics) && !properties.getIncludeCreatedTimestamps()
                ? new TextFormat(writer, openMetrics, properties.getExemplarsOnAllMetricTypes())
                : null;
    }

    /** What writes this format sample by sample. */
    public SampleWriter samples(TextOutput out) {
        return new SampleWriter(
                out,
                !openMetrics
                        ? WithExemplars.NEVER
                        : exemplarsOnAllTypes ? WithExemplars.ON_ALL_TYPES : WithExemplars.STANDARD);
    }

    /** Whether this is OpenMetrics. */
    public boolean isOpenMetrics() {
        return openMetrics;
    }

    /**
     * How a family is written sample by sample.
     *
     * @param specimen the family with one point without labels
     * @return null if it has to be written by the client's own writer
     */
    public @Nullable TextNames names(MetricSnapshot specimen) {
        return TextNames.of(writer, specimen);
    }

    /** Writes whole families. */
    public void write(TextOutput out, MetricSnapshots families, EscapingScheme scheme) throws IOException {
        writer.write(out.without(end().length), families, scheme);
    }

    /** Writes what stands after the last family. */
    public void finish(TextOutput out) throws IOException {
        out.put(end());
    }

    private byte[] end() {
        return openMetrics ? OPENMETRICS_END : NO_END;
    }
}
