package dev.percpu.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesFactoryTest {
    /** The schemas that the Prometheus client for Go selects. */
    @ParameterizedTest
    @CsvSource({"1.001,8", "1.01,7", "1.1,3", "1.2,2", "1.5,1", "2,0", "4,-1", "16,-2", "100000,-4"})
    void shouldSelectTheSchemaOfAGrowthFactor(double factor, int schema) {
        assertThat(SeriesFactory.schema(factor)).isEqualTo(schema);
    }
}
