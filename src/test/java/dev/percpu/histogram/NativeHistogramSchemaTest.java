package dev.percpu.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeHistogramSchemaTest {
    @ParameterizedTest
    @ValueSource(ints = {-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8})
    void shouldFindTheSameBucketAsThePrometheusClient(int schema) {
        Histogram client = Histogram.builder()
                .name("h")
                .nativeOnly()
                .nativeInitialSchema(schema)
                .nativeMaxNumberOfBuckets(0)
                .nativeMinZeroThreshold(0x1p-1000)
                .nativeMaxZeroThreshold(0x1p-1000)
                .build();
        Random random = new Random(schema);
        int octave = 1 << Math.max(schema, 0);
        for (int i = 0; i < 3 * octave + 200; i++) {
            int index = i < 3 * octave ? i - octave : random.nextInt(-60, 60) * octave + random.nextInt(octave);
            double bound =
                    schema < 0 && Math.abs(index << -schema) > 900 ? 1 : NativeHistogramSchema.upper(schema, index);
            assertSameBucket(client, schema, bound);
            assertSameBucket(client, schema, Math.nextUp(bound));
            assertSameBucket(client, schema, Math.nextDown(bound));
            assertSameBucket(client, schema, Math.pow(2, random.nextDouble(-500, 500)));
            assertSameBucket(client, schema, random.nextLong(1, 100_000_000_000L) / 1e9);
        }
        assertSameBucket(client, schema, Double.MAX_VALUE);
        assertSameBucket(client, schema, Double.POSITIVE_INFINITY);
    }

    private static void assertSameBucket(Histogram client, int schema, double amount) {
        client.clear();
        client.observe(amount);
        HistogramDataPointSnapshot snapshot = client.collect().getDataPoints().getFirst();

        assertThat(NativeHistogramSchema.indexOf(schema, amount))
                .as("bucket of %s in schema %d", amount, schema)
                .isEqualTo(snapshot.getNativeBucketsForPositiveValues().getBucketIndex(0));
    }

    @Test
    void shouldUsePowersOfTwoAsBoundsInEverySchema() {
        for (int schema = 0; schema <= NativeHistogramSchema.MAX_SCHEMA; schema++) {
            for (int exponent = -40; exponent <= 40; exponent++) {
                assertThat(NativeHistogramSchema.upper(schema, exponent << schema))
                        .isEqualTo(Math.scalb(1.0, exponent));
            }
        }
        assertThat(NativeHistogramSchema.upper(-2, 3)).isEqualTo(0x1p12);
        assertThat(NativeHistogramSchema.upper(-4, -1)).isEqualTo(0x1p-16);
    }
}
