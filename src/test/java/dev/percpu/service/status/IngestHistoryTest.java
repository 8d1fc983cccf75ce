package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.RecentIngest;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.service.ingest.IngestStatistics;
import dev.percpu.service.ingest.SampleStatistics;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IngestHistoryTest {

    @Test
    void shouldReturnNothingWithoutIngest() {
        IngestHistory history = new IngestHistory();
        history.sample(Optional.empty());

        assertThat(history.until(Optional.empty())).isEqualTo(RecentIngest.NONE);
    }

    @Test
    void shouldReturnAllCountsInTheFirstMinute() {
        IngestHistory history = new IngestHistory();
        history.sample(counts(10, 1, 0, 2));

        assertThat(history.until(counts(15, 1, 3, 4))).isEqualTo(recent(15, 4, "bad_name", 4));
    }

    @Test
    void shouldForgetCountsAfterAMinute() {
        IngestHistory history = new IngestHistory();
        for (int i = 0; i < RecentRecords.SECONDS / RecordHistory.SAMPLE_SECONDS; i++) {
            history.sample(counts(100, 50, 5, 20));
        }

        assertThat(history.until(counts(100, 50, 5, 20))).isEqualTo(recent(0, 0, null, 0));
        assertThat(history.until(counts(101, 52, 6, 20))).isEqualTo(recent(1, 3, "bad_value", 0));
    }

    private static Optional<IngestStatistics> counts(long samples, long badValues, long badNames, long dropped) {
        return Optional.of(SampleStatistics.of(samples, badValues, badNames, dropped));
    }

    private static RecentIngest recent(long samples, long rejected, @Nullable String reason, long dropped) {
        return new RecentIngest(4_194_304, 212_992, samples, rejected, reason, dropped);
    }
}
