package dev.percpu.service.ingest;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts of ingest for tests. */
public final class SampleStatistics {
    private SampleStatistics() {}

    /** Returns counts with two reasons and one kind. */
    public static IngestStatistics of(long samples, long badValues, long badNames, long dropped) {
        return of(samples, badValues, badNames, dropped, null);
    }

    /** Returns counts with a mapping file. */
    public static IngestStatistics withMapping(@Nullable String error) {
        return of(
                1,
                0,
                0,
                0,
                new IngestStatistics.Mapping(
                        "/etc/mapping.yml", 3, 2, Instant.ofEpochMilli(1_500_000_000_250L), error));
    }

    /** Returns counts of OTLP with one reason, one kind and two statuses. */
    public static IngestStatistics ofOtlp(long samples, long badTypes) {
        return new IngestStatistics(
                "otlp",
                List.of("/v1/metrics"),
                samples,
                Map.of("type", badTypes),
                Map.of("duplicate", 6L),
                null,
                new IngestStatistics.Requests(Map.of(200, 8L, 401, 9L), 12));
    }

    private static IngestStatistics of(
            long samples, long badValues, long badNames, long dropped, IngestStatistics.@Nullable Mapping mapping) {
        return new IngestStatistics(
                "statsd",
                List.of("127.0.0.1:8125", "/run/statsd.socket"),
                samples,
                Map.of("bad_value", badValues, "bad_name", badNames),
                Map.of("set", 5L),
                new IngestStatistics.Packets(3, 1, 4_194_304, 212_992, samples / 2, dropped, mapping),
                null);
    }
}
