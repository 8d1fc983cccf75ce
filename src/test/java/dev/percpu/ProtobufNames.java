package dev.percpu;

import com.google.protobuf.UnknownFieldSet;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The names of families in a scrape in the protobuf format of Prometheus. */
public final class ProtobufNames {
    /** Number of the field {@code name} of {@code io.prometheus.client.MetricFamily}. */
    private static final int NAME = 1;

    private ProtobufNames() {}

    public static List<String> of(PerCpuMeterRegistry registry) throws IOException {
        ByteArrayOutputStream scrape = new ByteArrayOutputStream();
        registry.scrape(scrape, PrometheusProtobufWriter.CONTENT_TYPE);
        ByteArrayInputStream in = new ByteArrayInputStream(scrape.toByteArray());
        List<String> names = new ArrayList<>();
        while (in.available() > 0) {
            UnknownFieldSet.Builder family = UnknownFieldSet.newBuilder();
            family.mergeDelimitedFrom(in);
            names.add(family.build()
                    .getField(NAME)
                    .getLengthDelimitedList()
                    .getFirst()
                    .toStringUtf8());
        }
        return names;
    }
}
