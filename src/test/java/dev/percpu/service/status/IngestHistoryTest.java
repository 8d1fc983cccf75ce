package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.RecentIngest;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.service.ingest.IngestStatistics;
import dev.percpu.service.ingest.SampleStatistics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IngestHistoryTest {

    @Test
    void shouldReturnNothingWithoutIngest() {
        IngestHistory history = new IngestHistory();
        history.sample(List.of());

        assertThat(history.until(List.of())).isEqualTo(RecentIngest.NONE);
    }

    @Test
    void shouldReturnAllCountsInTheFirstMinute() {
        IngestHistory history = new IngestHistory();
        history.sample(counts(10, 1, 0, 2));

        assertThat(history.until(counts(15, 1, 3, 4))).isEqualTo(recent(15, 4, "bad_name of statsd", 4));
    }

    @Test
    void shouldForgetCountsAfterAMinute() {
        IngestHistory history = new IngestHistory();
        for (int i = 0; i < RecentRecords.SECONDS / RecordHistory.SAMPLE_SECONDS; i++) {
            history.sample(counts(100, 50, 5, 20));
        }

        assertThat(history.until(counts(100, 50, 5, 20))).isEqualTo(recent(0, 0, null, 0));
        assertThat(history.until(counts(101, 52, 6, 20))).isEqualTo(recent(1, 3, "bad_value of statsd", 0));
    }

    @Test
    void shouldAddUpTheCountsOfAllProtocols() {
        IngestHistory history = new IngestHistory();
        history.sample(List.of(SampleStatistics.of(10, 1, 0, 2), SampleStatistics.ofOtlp(100, 5)));

        assertThat(history.until(List.of(SampleStatistics.of(15, 2, 3, 4), SampleStatistics.ofOtlp(200, 25))))
                .isEqualTo(recent(215, 30, "type of otlp", 4));
    }

    @Test
    void shouldHaveNoBufferWithoutSockets() {
        assertThat(new IngestHistory().until(List.of(SampleStatistics.ofOtlp(7, 0))))
                .isEqualTo(new RecentIngest(0, 0, 7, 0, null, 0));
    }

    private static List<IngestStatistics> counts(long samples, long badValues, long badNames, long dropped) {
        return List.of(SampleStatistics.of(samples, badValues, badNames, dropped));
    }

    private static RecentIngest recent(long samples, long rejected, @Nullable String reason, long dropped) {
        return new RecentIngest(4_194_304, 212_992, samples, rejected, reason, dropped);
    }
}
