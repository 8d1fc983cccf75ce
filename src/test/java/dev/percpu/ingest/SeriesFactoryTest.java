package dev.percpu.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.ingest.mapping.MappingRules;
import dev.percpu.ingest.mapping.MetricType;
import dev.percpu.registry.ExactMeters;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Meter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesFactoryTest {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
    private final SeriesFactory factory = new SeriesFactory(new ExactMeters(registry), new SenderBudget(2));

    @AfterEach
    void close() {
        registry.close();
    }

    /** The schemas that the Prometheus client for Go selects. */
    @ParameterizedTest
    @CsvSource({"1.001,8", "1.01,7", "1.1,3", "1.2,2", "1.5,1", "2,0", "4,-1", "16,-2", "100000,-4"})
    void shouldSelectTheSchemaOfAGrowthFactor(double factor, int schema) {
        assertThat(SeriesFactory.schema(factor)).isEqualTo(schema);
    }

    @Test
    void shouldShareNamesAndTagsBetweenSeries() {
        Meter.Id first = id(register(MetricType.COUNTER, "region", "eu", "route", "/a"));
        Meter.Id second = id(register(MetricType.COUNTER, "region", "eu", "route", "/b"));

        assertThat(second).isNotEqualTo(first);
        assertThat(second.getName()).isSameAs(first.getName());
        assertThat(second.getTags().getFirst()).isSameAs(first.getTags().getFirst());
        assertThat(second.getTags().getLast().getKey())
                .isSameAs(first.getTags().getLast().getKey());
    }

    @Test
    void shouldNameTheLimitOfASender() {
        register(MetricType.GAUGE, "route", "/a");
        register(MetricType.GAUGE, "route", "/b");

        RegisteredSeries third = register(MetricType.GAUGE, "route", "/c");

        assertThat(third.rejection()).isEqualTo(RejectReason.SERIES_LIMIT);
        assertThat(third.detail()).isEqualTo("the limit of 2 series per sender is reached");
    }

    /** Registers a series with strings of its own. */
    private RegisteredSeries register(MetricType type, String... labels) {
        Map<String, String> copies = new LinkedHashMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            copies.put(copy(labels[i]), copy(labels[i + 1]));
        }
        return factory.register(MappingRules.none(), copy("requests"), type, false, copies, 1);
    }

    private static Meter.Id id(RegisteredSeries series) {
        return Objects.requireNonNull(series.meter()).getId();
    }

    private static String copy(String value) {
        return new String(value.toCharArray());
    }
}
