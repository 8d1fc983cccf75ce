package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LabelColumnTest {
    private static final FamilyText NAMES = Objects.requireNonNull(FamilyText.of(
            ExpositionFormats.init().getPrometheusTextFormatWriter(),
            GaugeSnapshot.builder()
                    .name("g")
                    .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .value(0)
                            .build())
                    .build()));

    private static final LabelColumn COLUMN = Objects.requireNonNull(LabelColumn.of(List.of(
            Labels.of("uri", "/a", "status", "200"),
            Labels.EMPTY,
            Labels.of("uri", "\"quoted\" back\\slash\nsecond line"),
            Labels.EMPTY,
            Labels.of("uri", "/\u00e4\u20ac\ud83d\ude00"))));

    /** Returns the lines of samples of the given points, each with its index as the value. */
    private static List<String> lines(int... indexes) throws IOException {
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        TextOutput output = new TextOutput().to(arrived);
        SampleWriter samples = new SampleWriter(output, SampleWriter.ExemplarPolicy.NONE);
        samples.family(NAMES);
        for (int index : indexes) {
            samples.point(COLUMN, index);
            samples.value(SampleWriter.VALUE, index, null);
        }
        output.end();
        return arrived.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    @Test
    void shouldWriteTheLabelsOfEachPoint() throws IOException {
        assertThat(lines(0, 1, 2, 3, 4))
                .containsExactly(
                        "g{status=\"200\",uri=\"/a\"} 0.0",
                        "g 1.0",
                        "g{uri=\"\\\"quoted\\\" back\\\\slash\\nsecond line\"} 2.0",
                        "g 3.0",
                        "g{uri=\"/\u00e4\u20ac\ud83d\ude00\"} 4.0");
    }

    @Test
    void shouldWritePointsInAnyOrder() throws IOException {
        assertThat(lines(4, 1, 0, 0))
                .containsExactly(lines(4).getFirst(), "g 1.0", lines(0).getFirst(), lines(0).getFirst());
    }

    @Test
    void shouldReturnNullForANameThatNeedsQuotationMarks() {
        assertThat(LabelColumn.of(List.of(Labels.of("uri", "/a"), Labels.of("dotted.name", "x"))))
                .isNull();
    }

    @Test
    void shouldCreateAColumnWithoutPoints() {
        assertThat(LabelColumn.of(List.of())).isNotNull();
    }
}
