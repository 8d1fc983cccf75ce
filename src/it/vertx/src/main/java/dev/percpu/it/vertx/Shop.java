package dev.percpu.it.vertx;

import io.micrometer.core.annotation.Counted;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An application of Vert.x without Quarkus: an HTTP server, the event bus, and a Kafka producer whose broker does not exist. AspectJ weaves
 * Micrometer's aspects into it when it is loaded.
 */
final class Shop implements AutoCloseable {
    private final Registry registry = new Registry();
    private final MeterRegistry meters = registry.meters();
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final Vertx vertx;
    private final HttpServer server;
    private final KafkaProducer<String, String> producer;
    private final KafkaClientMetrics kafka;

    /** Starts the application on a free loopback port. */
    Shop() {
        VertxBuilder builder = Vertx.builder()
                .with(new VertxOptions()
                        .setMetricsOptions(new MicrometerMetricsOptions()
                                .setEnabled(true)
                                .setLabels(EnumSet.of(
                                        Label.HTTP_METHOD, Label.HTTP_CODE, Label.HTTP_PATH, Label.EB_ADDRESS))))
                .withMetrics(new MicrometerMetricsFactory(meters));
        vertx = builder.build();
        vertx.eventBus().<String>consumer("orders", order -> order.reply(order.body()));
        server = await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
        new JvmMemoryMetrics().bindTo(meters);
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        Metrics.addRegistry(meters); // into which the aspects record
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1", ProducerConfig.CLIENT_ID_CONFIG, "shop"),
                new StringSerializer(),
                new StringSerializer());
        kafka = new KafkaClientMetrics(producer);
        kafka.bindTo(meters);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** Returns the port of {@code /metrics} and {@code /orders}. */
    int port() {
        return server.actualPort();
    }

    private void handle(HttpServerRequest request) {
        switch (request.path()) {
            case "/metrics" -> registry.scrape(vertx, request);
            case "/orders" ->
                vertx.eventBus()
                        .<String>request("orders", "order")
                        .onSuccess(reply -> {
                            checkout();
                            request.response().end(reply.body());
                        })
                        .onFailure(
                                failure -> request.response().setStatusCode(500).end());
            default -> request.response().setStatusCode(404).end();
        }
    }

    @Timed("shop.checkout.work")
    @Counted("shop.checkout.calls")
    private void checkout() {
        Observation.createNotStarted("shop.payment", observations)
                .observe(() -> Timer.builder("shop.checkout")
                        .publishPercentileHistogram()
                        .register(meters)
                        .record(Duration.ofMillis(7)));
    }

    @Override
    public void close() {
        kafka.close();
        producer.close(Duration.ZERO);
        await(vertx.close());
        Metrics.removeRegistry(meters);
        meters.close();
    }
}
