package dev.percpu.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.histogram.BucketLayout;
import dev.percpu.histogram.BucketLayouts;
import dev.percpu.histogram.NativeHistogramSettings;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import org.junit.jupiter.api.Test;

class BucketWriterTest {
    private static BucketLayout layout(double objective) {
        DistributionStatisticConfig config = DistributionStatisticConfig.builder()
                .serviceLevelObjectives(objective)
                .build()
                .merge(DistributionStatisticConfig.DEFAULT);
        return new BucketLayouts(name -> NativeHistogramSettings.DEFAULT).ofAmounts("s", config);
    }

    @Test
    void shouldEncodeTheBoundsOfEqualLayoutsOnce() {
        BucketLayout layout = layout(1);
        BucketLayout equalLayout = layout(1);
        assertThat(equalLayout).isNotSameAs(layout);

        BucketWriter writer = BucketWriter.of(layout);

        assertThat(BucketWriter.of(layout)).isSameAs(writer);
        assertThat(BucketWriter.of(equalLayout)).isSameAs(writer);
        assertThat(BucketWriter.of(layout(2))).isNotSameAs(writer);
    }
}
