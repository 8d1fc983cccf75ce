package dev.percpu.it.boot;

import io.micrometer.core.annotation.Counted;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Meters of every kind that an application of Spring Boot has. */
@RestController
public class Orders {
    private final AtomicInteger open = new AtomicInteger();
    private final DistributionSummary prices;
    private final LongTaskTimer checks;
    private final Counter sold;
    private final ObservationRegistry observations;

    Orders(MeterRegistry registry, ObservationRegistry observations, PrometheusRegistry prometheus) {
        this.observations = observations;
        prices = DistributionSummary.builder("orders.price")
                .description("Prices of orders")
                .baseUnit("euros")
                .serviceLevelObjectives(10, 100)
                .register(registry);
        checks = LongTaskTimer.builder("orders.checks")
                .description("Checks in progress")
                .register(registry);
        Gauge.builder("orders.open", open, AtomicInteger::get).register(registry);
        FunctionCounter.builder("orders.numbered", open, AtomicInteger::get).register(registry);
        sold = Counter.builder()
                .name("orders_sold")
                .help("Orders by the client library")
                .labelNames("kind")
                .register(prometheus);
    }

    @PostMapping("/orders/{price}")
    @Counted(value = "orders.placed", description = "Orders that were placed")
    public String place(@PathVariable("price") int price) {
        return Observation.createNotStarted("orders.place", observations)
                .lowCardinalityKeyValue("kind", price < 50 ? "small" : "large")
                .observe(() -> {
                    prices.record(price);
                    sold.labelValues(price < 50 ? "small" : "large").inc();
                    return "order " + checks.record(open::incrementAndGet);
                });
    }

    @GetMapping("/orders/{number}")
    @Timed(value = "orders.found", description = "Searches for orders")
    public String find(@PathVariable("number") int number) {
        if (number > open.get()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return "order " + number;
    }
}
