package dev.percpu.scrape;

import dev.percpu.exposition.Escaping;
import dev.percpu.exposition.PrometheusClient;
import dev.percpu.exposition.TextFormat;
import io.prometheus.metrics.config.ExporterProperties;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The encodings that a registry's scrapes can have, configured by the properties of the Prometheus client. Immutable and thread-safe. */
public final class ScrapeEncodings {
    private final ExpositionFormats formats;
    private final ExporterProperties properties;
    private final Map<ScrapeType.Format, ExpositionFormatWriter> writers = new EnumMap<>(ScrapeType.Format.class);

    /**
     * The encoding of one scrape.
     *
     * @param writer the Prometheus client's writer of the format
     * @param text the same format if families can be written one by one; null if the writer needs all families at once
     * @param escaping how names are escaped
     */
    public record Encoding(
            ExpositionFormatWriter writer, @Nullable TextFormat text, Escaping escaping) {}

    /** Creates the encodings for the given properties. */
    public ScrapeEncodings(PrometheusProperties properties) {
        this.formats = PrometheusClient.formats(properties);
        this.properties = properties.getExporterProperties();
        for (ScrapeType.Format format : ScrapeType.Format.values()) {
            writers.put(format, formats.findWriter(format.contentType()));
        }
    }

    /** Returns the encoding of a negotiated type. */
    public Encoding of(ScrapeType type) {
        ExpositionFormatWriter writer = writers.get(type.format());
        if (writer == null) {
            throw new IllegalStateException(
                    "format must have a writer of the Prometheus client, but " + type.format() + " has none");
        }
        return encoding(writer, type.escaping() == null ? Escaping.UNDERSCORES : type.escaping());
    }

    /**
     * Returns the encoding of a content type, by the Prometheus client's own rules.
     *
     * @param contentType a content type or Accept header; an unknown one selects the text format 0.0.4
     */
    public Encoding of(String contentType) {
        return encoding(formats.findWriter(contentType), PrometheusClient.escaping(contentType));
    }

    private Encoding encoding(ExpositionFormatWriter writer, Escaping escaping) {
        return new Encoding(writer, TextFormat.of(writer, properties), escaping);
    }
}
