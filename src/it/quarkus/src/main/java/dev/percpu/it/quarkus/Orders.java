package dev.percpu.it.quarkus;

import io.micrometer.core.annotation.Counted;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** An application with meters of every kind that an application of Quarkus has. */
@Path("/orders")
@ApplicationScoped
public class Orders {
    private final AtomicInteger open = new AtomicInteger();
    private final DistributionSummary prices;
    private final ObservationRegistry observations = ObservationRegistry.create();

    Orders(MeterRegistry registry) {
        prices = DistributionSummary.builder("orders.price")
                .description("Prices of orders")
                .baseUnit("euros")
                .serviceLevelObjectives(10, 100)
                .register(registry);
        Gauge.builder("orders.open", open, AtomicInteger::get).register(registry);
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
    }

    @POST
    @Path("{price}")
    @Counted(value = "orders.placed", description = "Orders that were placed")
    public String place(int price) {
        return Observation.createNotStarted("orders.place", observations)
                .lowCardinalityKeyValue("kind", price < 50 ? "small" : "large")
                .observe(() -> {
                    prices.record(price);
                    return "order " + open.incrementAndGet();
                });
    }

    @GET
    @Path("{number}")
    @Timed(value = "orders.found", percentiles = 0.5, histogram = true)
    public String find(int number) {
        if (number > open.get()) {
            throw new NotFoundException("no order " + number);
        }
        return "order " + number;
    }
}
