package dev.percpu.it.plain;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.annotation.Counted;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A Java application without a framework: an HTTP server of the JDK, and meters of every kind. AspectJ weaves Micrometer's aspects into
 * it when it is loaded.
 */
final class Shop implements AutoCloseable {
    private static final String[] REGIONS = {"north", "south"};

    private final MeterRegistry meters;
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final AtomicLong stock = new AtomicLong(1_000);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private LongTaskTimer.Sample inventory;

    /** Starts the application on a free loopback port. */
    Shop() throws IOException {
        Registry registry = new Registry();
        meters = registry.meters();
        meters.config().commonTags("application", "shop").meterFilter(MeterFilter.denyNameStartsWith("ignored"));
        Metrics.addRegistry(meters); // into which the aspects record
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        new ClassLoaderMetrics().bindTo(meters);
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        collections.bindTo(meters);
        Gauge.builder("shop.stock", stock, AtomicLong::get)
                .description("Items in stock")
                .register(meters);
        TimeGauge.builder("shop.uptime.planned", () -> 5, TimeUnit.MINUTES).register(meters);
        FunctionCounter.builder("shop.deliveries", stock, it -> 1_000 - it.get())
                .register(meters);
        FunctionTimer.builder("shop.picking", stock, it -> 12, it -> 340, TimeUnit.MILLISECONDS)
                .register(meters);
        meters.more().counter("shop.returns", List.of(Tag.of("reason", "broken")), 3);

        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", registry.endpoint());
        server.setExecutor(threads);
        server.start();
    }

    /** Returns the port of {@code /metrics}. */
    int port() {
        return server.getAddress().getPort();
    }

    /** Records the same amounts whenever it is called on a new application. */
    void load() {
        inventory = LongTaskTimer.builder("shop.inventory").register(meters).start();
        meters.counter("ignored.by.filter").increment();
        for (int i = 0; i < 1_000; i++) {
            String region = REGIONS[i % 2];
            order(region, Duration.ofMillis(i % 50));
            if (i % 100 == 0) {
                Observation.createNotStarted("shop.audit", observations)
                        .lowCardinalityKeyValue("region", region)
                        .observe(() -> stock.addAndGet(-1));
            }
        }
    }

    @Timed(value = "shop.order", description = "Orders in progress", histogram = true)
    @Counted("shop.order.calls")
    private void order(String region, Duration duration) {
        Counter.builder("shop.orders")
                .description("Orders \"taken\"\nby region")
                .tag("region", region)
                .register(meters)
                .increment();
        Timer.builder("shop.checkout").tag("region", region).register(meters).record(duration);
        Timer.builder("shop.payment")
                .tag("region", region)
                .publishPercentileHistogram()
                .serviceLevelObjectives(Duration.ofMillis(20))
                .register(meters)
                .record(duration);
        DistributionSummary.builder("shop.basket")
                .baseUnit("items")
                .tag("region", region)
                .serviceLevelObjectives(10, 25)
                .register(meters)
                .record(duration.toMillis());
        Timer.builder("shop.packing")
                .publishPercentiles(0.5, 0.99)
                .register(meters)
                .record(duration);
    }

    @Override
    public void close() {
        inventory.stop();
        server.stop(0);
        threads.shutdown();
        collections.close();
        Metrics.removeRegistry(meters);
        meters.close();
    }
}
