package dev.percpu.exposition;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one family is written in one text format: its HELP and TYPE lines, and the names of its samples in the order in which they are written.
 * Both are what the Prometheus client's own writer makes of a specimen of the family, so its rules are not repeated here. Immutable.
 */
public final class TextNames {
    private static final byte COMMENT = '#';
    private static final String END = "# EOF\n";

    private final byte[] header;
    private final List<byte[]> samples;

    private TextNames(byte[] header, List<byte[]> samples) {
        this.header = header;
        this.samples = samples;
    }

    /**
     * @param specimen a family with one point without labels
     * @return null if a name has to be quoted: then only the client's own writer will do
     */
    public static @Nullable TextNames of(ExpositionFormatWriter writer, MetricSnapshot specimen) {
        StringBuilder header = new StringBuilder();
        List<byte[]> samples = new ArrayList<>();
        for (String line : written(writer, specimen).split("(?<=\n)")) {
            if (line.equals(END)) {
                continue;
            }
            if (line.charAt(0) == COMMENT) {
                if (!samples.isEmpty()) {
                    return null; // a family that falls into several
                }
                header.append(line);
            } else if (line.charAt(0) == '{' || line.charAt(0) == '"') {
                return null;
            } else {
                samples.add(line.split("[{ ]", 2)[0].getBytes(StandardCharsets.UTF_8));
            }
        }
        return new TextNames(header.toString().getBytes(StandardCharsets.UTF_8), List.copyOf(samples));
    }

    private static String written(ExpositionFormatWriter writer, MetricSnapshot specimen) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            // in the scheme that tells which names need escaping in the others
            writer.write(out, MetricSnapshots.of(specimen), EscapingScheme.ALLOW_UTF8);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The comment lines before the family's samples. */
    public byte[] header() {
        return header;
    }

    /** The name of a sample of a point, by its place among them. */
    public byte[] sample(int place) {
        return samples.get(place);
    }
}
