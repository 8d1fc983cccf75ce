package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.RecentRecords;
import dev.percpu.shard.ShardStatistics;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordHistoryTest {

    @Test
    void shouldReturnAllRecordsInTheFirstMinute() {
        RecordHistory history = new RecordHistory();
        assertThat(history.until(statistics(7, 2, 1))).isEqualTo(new RecentRecords(9, 2, 1));

        history.sample(statistics(10, 2, 1));

        assertThat(history.until(statistics(12, 3, 4))).isEqualTo(new RecentRecords(15, 3, 4));
    }

    @Test
    void shouldForgetRecordsAfterAMinute() {
        RecordHistory history = new RecordHistory();
        history.sample(statistics(1_000, 100, 10));
        for (int i = 1; i < RecentRecords.SECONDS / RecordHistory.SAMPLE_SECONDS; i++) {
            history.sample(statistics(1_000, 100, 10));
        }

        assertThat(history.until(statistics(1_005, 101, 10))).isEqualTo(new RecentRecords(6, 1, 0));
    }

    private static ShardStatistics statistics(long records, long shared, long restarts) {
        return new ShardStatistics(
                1, 1, 1, List.of(new ShardStatistics.PerShard(0, records, restarts)), shared, shared);
    }
}
