package dev.percpu.exposition;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.model.snapshots.SnapshotEscaper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the Prometheus client that its version 1.3.10 lacks, each with a replacement. Stateless.
 *
 * <p>No other class uses anything newer than 1.3.10, and no signature here has a newer type. The JVM resolves a method when it is first
 * called, so the branch that the client lacks is never linked.
 */
public final class PrometheusClient {
    /** Since 1.4. */
    private static final boolean ESCAPING = exists("io.prometheus.metrics.config.EscapingScheme");

    /** Since 1.6. */
    private static final boolean DESCRIPTORS = exists("io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor");

    /** Since 1.5.1, with the writer of this format. */
    private static final boolean ALL_PROPERTIES =
            exists("io.prometheus.metrics.expositionformats.OpenMetrics2TextFormatWriter");

    private PrometheusClient() {}

    private static boolean exists(String type) {
        try {
            Class.forName(type, false, PrometheusClient.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Returns the escaping scheme that answers a request for one.
     *
     * @param value the value of the media type parameter {@code escaping}; null for none
     * @return {@link Escaping#UNDERSCORES} for every known value if the client can write no other scheme; null for an unknown value
     */
    public static @Nullable Escaping requestedEscaping(@Nullable String value) {
        for (Escaping escaping : Escaping.values()) {
            if (escaping.value().equals(value)) {
                return ESCAPING ? escaping : Escaping.UNDERSCORES;
            }
        }
        return null;
    }

    /** Returns the client's writers. */
    @SuppressWarnings("deprecation") // the other method is not in old clients
    public static ExpositionFormats formats(PrometheusProperties properties) {
        return ALL_PROPERTIES
                ? ExpositionFormats.init(properties)
                : ExpositionFormats.init(properties.getExporterProperties());
    }

    /**
     * Returns the escaping scheme of a content type or Accept header, by the client's own rules.
     *
     * @param contentType null for none
     */
    public static Escaping escaping(@Nullable String contentType) {
        return ESCAPING ? of(EscapingScheme.fromAcceptHeader(contentType)) : Escaping.UNDERSCORES;
    }

    /** Writes families. A client without escaping schemes replaces characters by underscores when it creates a name. */
    public static void write(
            ExpositionFormatWriter writer, OutputStream out, MetricSnapshots families, Escaping escaping)
            throws IOException {
        if (ESCAPING) {
            writer.write(out, families, scheme(escaping));
        } else {
            writer.write(out, families);
        }
    }

    /** Returns whether an escaping scheme can write the names of labels. */
    public static boolean isEscapable(Labels labels, Escaping escaping) {
        return !ESCAPING || !needsEscaping(labels, escaping) || canEscape(labels, escaping);
    }

    private static boolean needsEscaping(Labels labels, Escaping escaping) {
        for (int i = 0; i < labels.size(); i++) {
            if (PrometheusNaming.needsEscaping(labels.getName(i), scheme(escaping))) {
                return true;
            }
        }
        return false;
    }

    private static boolean canEscape(Labels labels, Escaping escaping) {
        try {
            SnapshotEscaper.escapeLabels(labels, scheme(escaping));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static EscapingScheme scheme(Escaping escaping) {
        return switch (escaping) {
            case UNDERSCORES -> EscapingScheme.UNDERSCORE_ESCAPING;
            case ALLOW_UTF_8 -> EscapingScheme.ALLOW_UTF8;
            case DOTS -> EscapingScheme.DOTS_ESCAPING;
            case VALUES -> EscapingScheme.VALUE_ENCODING_ESCAPING;
        };
    }

    private static Escaping of(EscapingScheme scheme) {
        for (Escaping escaping : Escaping.values()) {
            if (scheme(escaping) == scheme) {
                return escaping;
            }
        }
        throw new IllegalStateException("The Prometheus client has an unknown escaping scheme: " + scheme);
    }

    /** Returns the names of a collector's families, as far as the collector has them. */
    @SuppressWarnings("deprecation") // what older clients have
    public static List<String> familyNames(Collector collector) {
        String name;
        if (DESCRIPTORS) {
            MetricFamilyDescriptor family = collector.getMetricFamilyDescriptor();
            name = family == null ? null : family.getPrometheusName();
        } else {
            name = collector.getPrometheusName();
        }
        return name == null ? List.of() : List.of(name);
    }

    /** Returns the names of a collector's families, as far as the collector has them. */
    @SuppressWarnings("deprecation") // what older clients have
    public static List<String> familyNames(MultiCollector collector) {
        return DESCRIPTORS
                ? collector.getMetricFamilyDescriptors().stream()
                        .map(MetricFamilyDescriptor::getPrometheusName)
                        .toList()
                : collector.getPrometheusNames();
    }
}
