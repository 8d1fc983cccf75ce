package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.service.status.RequestsReport.Bucket;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sums over the timers of a route. */
class RequestsReportTest {
    private final Map<String, String> settings = new HashMap<>();
    private PerCpuMeterRegistry registry = new PerCpuMeterRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldAddUpTheStatusesOfARoute() {
        timer("/items/{id}", "GET", "200", "SUCCESS").record(Duration.ofMillis(250));
        timer("/items/{id}", "GET", "404", "CLIENT_ERROR").record(Duration.ofMillis(250));
        timer("/items/{id}", "GET", "404", "CLIENT_ERROR").record(Duration.ofMillis(250));
        timer("/items/{id}", "GET", "503", "SERVER_ERROR").record(Duration.ofSeconds(2));
        timer("/items/{id}", "DELETE", "200", "SUCCESS").record(Duration.ofSeconds(1));
        timer("/a", "GET", "200", "SUCCESS").record(Duration.ofSeconds(1));

        assertThat(report().routes())
                .containsExactly(
                        new RequestsReport.Route("/a", "GET", 1, 0, 1, 1, null),
                        new RequestsReport.Route("/items/{id}", "DELETE", 1, 0, 1, 1, null),
                        new RequestsReport.Route("/items/{id}", "GET", 4, 1, 2.75, 2, null));
    }

    @Test
    void shouldAddUpCumulativeBuckets() {
        for (String status : new String[] {"200", "500"}) {
            Timer timer = builder("/a", "GET", status, "SUCCESS")
                    .serviceLevelObjectives(Duration.ofMillis(100), Duration.ofSeconds(1))
                    .register(registry);
            timer.record(Duration.ofMillis(50));
            timer.record(Duration.ofMillis(500));
            timer.record(Duration.ofSeconds(5));
        }

        assertThat(report().routes())
                .singleElement()
                .extracting(RequestsReport.Route::buckets)
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .containsExactly(new Bucket(0.1, 2), new Bucket(1, 4));
    }

    @Test
    void shouldHaveBucketsOfANativeHistogram() {
        registry.close();
        settings.put("percpu.histogram.native.mode", "native");
        registry = new PerCpuMeterRegistry((PerCpuConfig) settings::get);
        Timer timer = builder("/a", "GET", "200", "SUCCESS")
                .publishPercentileHistogram()
                .register(registry);
        timer.record(Duration.ofMillis(50));
        timer.record(Duration.ofSeconds(5));

        assertThat(report().routes().getFirst().buckets())
                .isNotNull()
                .isSortedAccordingTo(Comparator.comparingDouble(Bucket::le))
                .filteredOn(bucket -> bucket.le() >= 0.05 && bucket.le() < 5)
                .isNotEmpty()
                .allSatisfy(bucket -> assertThat(bucket.count()).isOne());
    }

    private Timer timer(String uri, String method, String status, String outcome) {
        return builder(uri, method, status, outcome).register(registry);
    }

    private static Timer.Builder builder(String uri, String method, String status, String outcome) {
        return Timer.builder("http.server.requests")
                .tags("uri", uri, "method", method, "status", status, "outcome", outcome);
    }

    private RequestsReport report() {
        return RequestsReport.of(registry.find("http.server.requests").timers());
    }
}
