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
 * The HELP and TYPE lines of one family in one text format, and the names of its samples. Immutable.
 *
 * <p>Both are read from what the Prometheus client's writer writes for a specimen of the family. The rules of the formats are in that writer
 * only.
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
     * Reads the names of a family.
     *
     * @param specimen the family with one point without labels
     * @return null if the client's writer must write the family: a name needs quotation marks, or the family is written as several
     */
    static @Nullable TextNames of(ExpositionFormatWriter writer, MetricSnapshot specimen) {
        StringBuilder header = new StringBuilder();
        List<byte[]> samples = new ArrayList<>();
        for (String line : write(writer, specimen).split("(?<=\n)")) {
            if (line.equals(END)) {
                continue;
            }
            if (line.charAt(0) == COMMENT) {
                if (!samples.isEmpty()) {
                    return null; // written as several families
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

    private static String write(ExpositionFormatWriter writer, MetricSnapshot specimen) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            // Only this scheme shows which names the other schemes escape.
            writer.write(out, MetricSnapshots.of(specimen), EscapingScheme.ALLOW_UTF8);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Returns the comment lines before the family's samples. */
    byte[] header() {
        return header;
    }

    /** Returns the name of a sample, by its index in a point. */
    byte[] sample(int index) {
        return samples.get(index);
    }
}
