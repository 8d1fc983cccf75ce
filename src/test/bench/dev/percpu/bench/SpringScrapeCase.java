package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * JMH benchmarks of a GET of {@code /actuator/prometheus} from a Spring Boot application in the same process, over a connection that is kept.
 * The CPU time includes that of the client.
 *
 * <p>{@code src/test/bench/spring.xml} has the server. As in {@link ScrapeFormatCase}, every timer records once before each scrape.
 */
public class SpringScrapeCase {
    private static final int TIMERS = 10_000;

    /** An application without beans of its own. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @State(Scope.Benchmark)
    public static class ApplicationState {
        @Param(Impl.PERCPU)
        public String impl = "";

        final Timer[] timers = new Timer[TIMERS];
        private final Amounts amounts = new Amounts();
        private @Nullable ConfigurableApplicationContext context;
        private @Nullable URL url;

        @Setup
        public void open() throws IOException {
            SpringApplication application = new SpringApplication(Application.class);
            application.setDefaultProperties(Map.of(
                    "server.address", "127.0.0.1",
                    "server.port", "0",
                    "spring.main.banner-mode", "off",
                    "logging.level.root", "warn",
                    "management.endpoints.web.exposure.include", "prometheus",
                    "percpu.metrics.enabled", Boolean.toString(impl.equals(Impl.PERCPU))));
            context = application.run();
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            String expected = impl.equals(Impl.PERCPU) ? "PerCpuMeterRegistry" : "PrometheusMeterRegistry";
            if (!registry.getClass().getSimpleName().equals(expected)) {
                throw new IllegalStateException("registry must be a " + expected + ", but was " + registry.getClass());
            }
            for (int i = 0; i < TIMERS; i++) {
                timers[i] = registry.timer(
                        "items", "method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/api/items/" + i);
            }
            String port = context.getEnvironment().getRequiredProperty("local.server.port");
            url = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus")
                    .toURL();
        }

        @Setup(Level.Invocation)
        public void record() {
            CpuTime.exclude(() -> {
                for (Timer timer : timers) {
                    timer.record(amounts.next(), NANOSECONDS);
                }
            });
        }

        @TearDown
        public void close() {
            Objects.requireNonNull(context).close();
        }
    }

    /** Returns the number of bytes of the scrape. */
    @Benchmark
    public long scrape(ApplicationState state) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) Objects.requireNonNull(state.url).openConnection();
        connection.setRequestProperty("Accept", ScrapeFormatCase.Format.TEXT.contentType);
        try (InputStream body = connection.getInputStream()) { // throws unless the status is 200
            long bytes = body.transferTo(java.io.OutputStream.nullOutputStream());
            if (bytes < 100L * TIMERS) {
                throw new IllegalStateException("a scrape must have each timer, but has " + bytes + " bytes only");
            }
            return bytes;
        }
    }
}
