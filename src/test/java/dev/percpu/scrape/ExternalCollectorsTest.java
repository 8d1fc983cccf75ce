package dev.percpu.scrape;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.parity.Peers;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Collectors that are registered beside the index of a meter registry, among them collectors that block or throw. */
class ExternalCollectorsTest {
    private static final String DOTS = "text/plain; escaping=dots";
    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private final PrometheusRegistry isolated = new IsolatingPrometheusRegistry();
    private final PerCpuMeterRegistry registry = over(isolated);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger(FunctionMeterCollector.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            warnings.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private static PerCpuMeterRegistry over(PrometheusRegistry collectors) {
        PerCpuMeterRegistry made = new PerCpuMeterRegistry(
                (PerCpuConfig) key -> key.equals(Settings.GAUGE_TIMEOUT.key()) ? "500" : null,
                collectors,
                Clock.SYSTEM);
        made.counter("counted").increment(3);
        made.gauge("measured", 7);
        return made;
    }

    @BeforeEach
    void addLogHandler() {
        logger.addHandler(handler);
        Gauge.builder().name("working").register(isolated).set(5);
    }

    @AfterEach
    void close() {
        logger.removeHandler(handler);
        release.countDown();
        registry.close();
    }

    private MetricSnapshots block() {
        calls.incrementAndGet();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return MetricSnapshots.of(snapshot("late", 1));
    }

    static GaugeSnapshot snapshot(String name, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutOnlyACollectorThatBlocks(String format) {
        MultiCollector blocking = this::block;
        isolated.register(blocking);

        for (int i = 0; i < 3; i++) {
            assertThat(registry.scrape(format)).contains("counted", "measured", "working");
        }
        assertThat(calls).hasValue(1);
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("the collector ", getClass().getName(), "did not return within 500 ms");

        release.countDown();
        assertEventually(() -> registry.scrape(format).contains("late"), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutCollectorsThatThrowAndLogEachOnce(String format) {
        Gauge.builder().name("first").register(isolated);
        Collector broken = () -> {
            throw new IllegalStateException("on purpose");
        };
        MultiCollector failing = () -> {
            throw new AssertionError("on purpose");
        };
        MultiCollector returningNull = () -> null;
        isolated.register(broken);
        isolated.register(failing);
        isolated.register(returningNull);

        for (int i = 0; i < 2; i++) {
            assertThat(registry.scrape(format)).contains("counted", "measured", "working", "first");
        }
        assertThat(warnings)
                .hasSize(3)
                .allMatch(warning -> warning.startsWith("Reading the collector ") && warning.endsWith(" failed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutAllCollectorsOfAPlainRegistryIfOneThrowsOrBlocks(String format) {
        PrometheusRegistry plain = new PrometheusRegistry();
        PerCpuMeterRegistry over = over(plain);
        Gauge.builder().name("working").register(plain).set(5);
        assertThat(over.scrape(format)).contains("counted", "measured", "working");
        MultiCollector broken = () -> {
            throw new IllegalStateException("on purpose");
        };
        plain.register(broken);

        for (int i = 0; i < 2; i++) {
            assertThat(over.scrape(format)).contains("counted", "measured").doesNotContain("working");
        }
        plain.unregister(broken);
        assertThat(over.scrape(format)).contains("counted", "measured", "working");
        MultiCollector blocking = this::block;
        plain.register(blocking);
        assertThat(over.scrape(format)).contains("counted", "measured").doesNotContain("working");
        assertThat(warnings).singleElement().asString().contains("all collectors of the Prometheus registry");
        over.close();
    }

    @Test
    void shouldCallIncludedCollectorsOnly() {
        Counter.builder().name("included_total").register(isolated).inc();
        Collector excluded = new Collector() {
            @Override
            public GaugeSnapshot collect() {
                calls.incrementAndGet();
                return snapshot("excluded", 1);
            }

            @Override
            @SuppressWarnings("deprecation") // the name is known without a call of collect()
            public String getPrometheusName() {
                return "excluded";
            }
        };
        isolated.register(excluded);

        assertThat(registry.scrape(Peers.TEXT, Set.of("included")))
                .contains("included_total 1.0")
                .doesNotContain("excluded");
        assertThat(registry.scrape(Peers.TEXT, Set.of("included_total"))).contains("included_total 1.0");
        assertThat(calls).hasValue(0);
    }

    @Test
    void shouldScrapeCurrentlyRegisteredCollectors() {
        Gauge removed = Gauge.builder().name("removed").register(isolated);
        MultiCollector removedToo = () -> MetricSnapshots.of(snapshot("removed_too", 2));
        isolated.register(removedToo);
        assertThat(registry.scrape()).contains("removed 0.0", "removed_too 2.0");

        isolated.unregister(removed);
        isolated.unregister(removedToo);

        assertThat(registry.scrape()).contains("working 5.0").doesNotContain("removed");
        isolated.clear();
        assertThat(registry.scrape()).contains("counted_total 3.0").doesNotContain("working");
    }

    @Test
    void shouldKeepACollectorWhoseNameIsRegisteredAgain() {
        Gauge duplicate = Gauge.builder().name("working").build();

        assertThat(registry.scrape()).containsOnlyOnce("working 5.0");
        assertThatThrownBy(() -> isolated.register(duplicate)).isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.scrape()).containsOnlyOnce("working 5.0").doesNotContain("working 0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutAnExternalFamilyOfAnotherType(String format) {
        MultiCollector conflicting = () -> MetricSnapshots.of(
                InfoSnapshot.builder()
                        .name("counted")
                        .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder().build())
                        .build(),
                new GaugeSnapshot(
                        new MetricMetadata("beside"), snapshot("beside", 4).getDataPoints()));
        isolated.register(conflicting);

        assertThat(registry.scrape(format))
                .contains("counted", "beside", "measured")
                .doesNotContain("counted_info");
        assertThat(registry.scrape()).contains("counted_total 3.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutOnlyTheDataPointsThatAreThereAlready(String format) {
        MultiCollector beside = () -> MetricSnapshots.of(snapshot("measured", 8), snapshot("beside", 1));
        isolated.register(beside);
        MultiCollector again = () -> MetricSnapshots.of(snapshot("beside", 2), snapshot("after", 1));
        isolated.register(again);

        assertThat(registry.scrape(format)).contains("counted", "measured", "beside", "after", "working");
        assertThat(registry.scrape())
                .containsOnlyOnce("\nmeasured ")
                .contains("measured 7.0")
                .containsOnlyOnce("\nbeside ");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldMergeFamiliesOfOneNameAndDifferentLabels(String format) {
        MultiCollector beside = () -> MetricSnapshots.of(
                CounterSnapshot.builder()
                        .name("counted")
                        .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                                .labels(Labels.of("of", "client"))
                                .value(2)
                                .build())
                        .build(),
                new GaugeSnapshot(
                        new MetricMetadata("size_bytes", "with a unit", Unit.BYTES),
                        List.of(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                .labels(Labels.of("of", "client"))
                                .value(2)
                                .build())));
        isolated.register(beside);
        registry.gauge("size.bytes", 7);

        assertThat(registry.scrape(format)).contains("counted", "measured", "working", "client");
        assertThat(registry.scrape())
                .contains(
                        "counted_total 3.0",
                        "counted_total{of=\"client\"} 2.0",
                        "size_bytes 7.0",
                        "size_bytes{of=\"client\"} 2.0")
                .containsOnlyOnce("# TYPE counted_total")
                .containsOnlyOnce("# TYPE size_bytes ");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldScrapeMetricsOfTheClientBesideOurs(String format) {
        Gauge.builder().name("g").register(isolated).set(1);
        registry.gauge("g", 2);
        Counter.builder().name("foo").register(isolated).inc(4);
        registry.counter("foo").increment(5);

        assertThat(registry.scrape(format)).contains("foo", "measured", "working");
        assertThat(registry.scrape()).contains("foo_total 5.0", "\ng 2.0").doesNotContain("foo_total 4.0");
    }
}
