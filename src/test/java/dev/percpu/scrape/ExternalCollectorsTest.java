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
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
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

/** Collectors that somebody registered beside our index: good ones, and such as hang or throw. */
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
    void listen() {
        logger.addHandler(handler);
        Gauge.builder().name("working").register(isolated).set(5);
    }

    @AfterEach
    void close() {
        logger.removeHandler(handler);
        release.countDown();
        registry.close();
    }

    private MetricSnapshots hang() {
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
    void shouldLeaveOutACollectorThatHangsAndNothingElse(String format) {
        MultiCollector hanging = this::hang;
        isolated.register(hanging);

        for (int i = 0; i < 3; i++) {
            assertThat(registry.scrape(format)).contains("counted", "measured", "working");
        }
        assertThat(calls).hasValue(1);
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("the collector ", getClass().getName(), "did not tell its value within 500 ms");

        release.countDown();
        assertEventually(() -> registry.scrape(format).contains("late"), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutCollectorsThatThrowAndNameEachOnce(String format) {
        Gauge.builder().name("named").register(isolated);
        Collector broken = () -> {
            throw new IllegalStateException("on purpose");
        };
        MultiCollector badly = () -> {
            throw new AssertionError("on purpose");
        };
        MultiCollector nothing = () -> null;
        isolated.register(broken);
        isolated.register(badly);
        isolated.register(nothing);

        for (int i = 0; i < 2; i++) {
            assertThat(registry.scrape(format)).contains("counted", "measured", "working", "named");
        }
        assertThat(warnings).hasSize(3).allMatch(warning -> warning.contains("failed to tell its value"));
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutAllOfARegistryThatDoesNotTellThemApart(String format) {
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
        MultiCollector hanging = this::hang;
        plain.register(hanging);
        assertThat(over.scrape(format)).contains("counted", "measured").doesNotContain("working");
        assertThat(warnings).singleElement().asString().contains("all collectors that others registered");
        over.close();
    }

    @Test
    void shouldAskForWantedCollectorsOnly() {
        Counter.builder().name("asked_total").register(isolated).inc();
        Collector unwanted = new Collector() {
            @Override
            public GaugeSnapshot collect() {
                calls.incrementAndGet();
                return snapshot("unwanted", 1);
            }

            @Override
            @SuppressWarnings("deprecation") // a name that is known without asking for values
            public String getPrometheusName() {
                return "unwanted";
            }
        };
        isolated.register(unwanted);

        assertThat(registry.scrape(Peers.TEXT, Set.of("asked")))
                .contains("asked_total 1.0")
                .doesNotContain("unwanted");
        assertThat(registry.scrape(Peers.TEXT, Set.of("asked_total"))).contains("asked_total 1.0");
        assertThat(calls).hasValue(0);
    }

    @Test
    void shouldScrapeWhatIsRegisteredThereNow() {
        Gauge gone = Gauge.builder().name("gone").register(isolated);
        MultiCollector goneToo = () -> MetricSnapshots.of(snapshot("gone_too", 2));
        isolated.register(goneToo);
        assertThat(registry.scrape()).contains("gone 0.0", "gone_too 2.0");

        isolated.unregister(gone);
        isolated.unregister(goneToo);

        assertThat(registry.scrape()).contains("working 5.0").doesNotContain("gone");
        isolated.clear();
        assertThat(registry.scrape()).contains("counted_total 3.0").doesNotContain("working");
    }

    @Test
    void shouldNotLoseARegistrationThatIsRefused() {
        Gauge taken = Gauge.builder().name("working").build();

        assertThat(registry.scrape()).containsOnlyOnce("working 5.0");
        assertThatThrownBy(() -> isolated.register(taken)).isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.scrape()).containsOnlyOnce("working 5.0").doesNotContain("working 0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS, PROTOBUF, DOTS})
    void shouldLeaveOutAFamilyThatIsOfAnotherKindThanOurs(String format) {
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
}
