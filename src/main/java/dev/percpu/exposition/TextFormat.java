package dev.percpu.exposition;

import dev.percpu.exposition.SampleWriter.ExemplarPolicy;
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
 * One of the two text formats, whose families can be written one by one. Thread-safe.
 *
 * <p>A family is written either sample by sample without allocation, or by the Prometheus client's writer.
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
     * Returns the format of a writer.
     *
     * @param properties the properties that configure the writer
     * @return null if the writer's format is neither Prometheus' text format nor OpenMetrics 1, or if it writes creation times
     */
    public static @Nullable TextFormat of(ExpositionFormatWriter writer, ExporterProperties properties) {
        boolean text = writer.getClass() == PrometheusTextFormatWriter.class;
        boolean openMetrics = writer.getClass() == OpenMetricsTextFormatWriter.class;
        return (text || openMetrics) && !properties.getIncludeCreatedTimestamps()
                ? new TextFormat(writer, openMetrics, properties.getExemplarsOnAllMetricTypes())
                : null;
    }

    /** Returns a new writer of samples in this format. */
    public SampleWriter samples(TextOutput out) {
        return new SampleWriter(
                out,
                !openMetrics
                        ? ExemplarPolicy.NONE
                        : exemplarsOnAllTypes ? ExemplarPolicy.ALL_TYPES : ExemplarPolicy.STANDARD);
    }

    /** Returns whether this is OpenMetrics. */
    public boolean isOpenMetrics() {
        return openMetrics;
    }

    /**
     * Returns the names of a family's samples in this format.
     *
     * @param example the family with one point without labels
     * @return null if the client's writer must write the family
     */
    public @Nullable FamilyText names(MetricSnapshot example) {
        return FamilyText.of(writer, example);
    }

    /**
     * Returns the names of a counter's samples that has the names of a gauge, without {@code _total}. OpenMetrics requires that suffix.
     *
     * @param gauge the gauge with one point without labels
     * @return null if the client's writer must write the family
     */
    public @Nullable FamilyText counterNamedAs(MetricSnapshot gauge) {
        return FamilyText.counterNamedAs(writer, gauge);
    }

    /** Writes families by the Prometheus client's writer. */
    public void write(TextOutput out, MetricSnapshots families, Escaping escaping) throws IOException {
        PrometheusClient.write(writer, out.withoutTail(end().length), families, escaping);
    }

    /** Writes the end of a scrape, after the last family. */
    public void finish(TextOutput out) throws IOException {
        out.put(end());
    }

    private byte[] end() {
        return openMetrics ? OPENMETRICS_END : NO_END;
    }
}
