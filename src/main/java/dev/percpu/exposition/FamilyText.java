package dev.percpu.exposition;

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
 * <p>They are parsed from the text that the Prometheus client's writer produces for an example of the family. So this class does not repeat
 * the rules of the formats.
 */
public final class FamilyText {
    private static final byte COMMENT = '#';
    private static final String END = "# EOF\n";

    private final byte[] header;
    private final byte[][] samples;

    private FamilyText(byte[] header, byte[][] samples) {
        this.header = header;
        this.samples = samples;
    }

    /**
     * Reads the names of a family.
     *
     * @param example the family with one point without labels
     * @return the names; null if the client's writer must write the family, because a name needs quotation marks or the writer splits it
     *     into several families
     */
    static @Nullable FamilyText of(ExpositionFormatWriter writer, MetricSnapshot example) {
        StringBuilder header = new StringBuilder();
        List<byte[]> samples = new ArrayList<>();
        for (String line : write(writer, example).split("(?<=\n)")) {
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
        return new FamilyText(header.toString().getBytes(StandardCharsets.UTF_8), samples.toArray(byte[][]::new));
    }

    /**
     * Reads the names of a counter that has the names of a gauge: the client's writer would add {@code _total}.
     *
     * @param gauge the gauge with one point without labels
     */
    static @Nullable FamilyText counterNamedAs(ExpositionFormatWriter writer, MetricSnapshot gauge) {
        FamilyText names = of(writer, gauge);
        if (names == null) {
            return null;
        }
        String header = new String(names.header, StandardCharsets.UTF_8).replaceFirst(" gauge\n$", " counter\n");
        return new FamilyText(header.getBytes(StandardCharsets.UTF_8), names.samples);
    }

    private static String write(ExpositionFormatWriter writer, MetricSnapshot example) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            // This scheme writes names unchanged, in quotation marks if necessary. So the text shows which names the
            // other schemes escape.
            PrometheusClient.write(writer, out, MetricSnapshots.of(example), Escaping.ALLOW_UTF_8);
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
    byte[] sampleName(int index) {
        return samples[index];
    }
}
