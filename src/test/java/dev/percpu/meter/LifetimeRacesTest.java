package dev.percpu.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Races about a whole registry, while it is closed, and about a whole family, while it becomes of another kind. */
class LifetimeRacesTest {
    private static final int ACTORS = 4;
    private static final int ROUNDS = Integer.getInteger("percpu.races.rounds", 60);
    private static final int REGISTRIES = 8;
    private static final int NAMES = 32;

    private final Actors actors = new Actors(ACTORS);

    @AfterEach
    void close() {
        actors.close();
    }

    private static PerCpuMeterRegistry open(boolean onJvm) {
        return new PerCpuMeterRegistry(
                PrometheusConfig.DEFAULT,
                new PrometheusRegistry(),
                new MockClock(),
                null,
                onJvm ? CellStore.onJvm() : Cells.open(PrometheusConfig.DEFAULT));
    }

    /** A registry that is closed while others register, record and scrape, and what they hold of it. */
    private static final class Closing {
        private final PerCpuMeterRegistry registry;
        private final Counter held;
        private final AtomicInteger recorded = new AtomicInteger();
        private final List<Counter> late = Collections.synchronizedList(new ArrayList<>());

        Closing(PerCpuMeterRegistry registry) {
            this.registry = registry;
            this.held = registry.counter("held");
        }

        void act(int action) {
            switch (action) {
                case 0 -> registry.close();
                case 1 -> {
                    held.increment();
                    recorded.incrementAndGet();
                    registry.counter("held").increment();
                    recorded.incrementAndGet();
                }
                case 2 -> {
                    Counter counter = registry.counter("late");
                    counter.increment();
                    late.add(counter);
                    registry.timer("late.timer").record(() -> {});
                    registry.summary("late.summary").record(1);
                }
                default -> assertThat(registry.scrape()).containsOnlyOnce("\nheld_total ");
            }
        }

        void check() {
            assertThat(registry.isClosed()).isTrue();
            assertThat(held.count()).isEqualTo(recorded.get());
            Meter found = registry.find("late").meter();
            for (Counter counter : late) {
                if (!(counter instanceof NoopCounter)) {
                    assertThat(counter).isSameAs(found);
                    assertThat(counter.count()).isEqualTo(1);
                }
            }
            assertThat(registry.counter("too.late")).isInstanceOf(NoopCounter.class);
            assertThat(registry.scrape())
                    .contains("held_total " + (double) recorded.get())
                    .doesNotContain("too_late");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGoOnInPeaceWhileTheRegistryIsClosed(boolean onJvm) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<Closing> registries = new ArrayList<>();
            for (int i = 0; i < REGISTRIES; i++) {
                registries.add(new Closing(open(onJvm)));
            }
            int turn = round;
            actors.round(actor -> registries.forEach(it -> it.act((actor + turn) % ACTORS)));
            registries.forEach(Closing::check);
        }
    }

    /** The last of one kind leaves while the first of another comes: whoever is first, the name is one kind's at a time, and free in the end. */
    @Test
    void shouldGiveANameToOneKindAtATime() throws Exception {
        PerCpuMeterRegistry registry = open(false);
        try {
            Timer[] leaving = new Timer[NAMES];
            Timer[][] coming = new Timer[2][NAMES];
            for (int round = 0; round < ROUNDS; round++) {
                Arrays.setAll(leaving, name -> registry.timer("t" + name, "k", "plain"));
                actors.round(actor -> {
                    for (int name = 0; name < NAMES; name++) {
                        switch (actor) {
                            case 0 -> registry.remove(leaving[name]);
                            case 1 ->
                                coming[0][name] = Timer.builder("t" + name)
                                        .tag("k", "buckets")
                                        .serviceLevelObjectives(Duration.ofSeconds(1))
                                        .register(registry);
                            case 2 -> coming[1][name] = registry.timer("t" + name, "k", "other");
                            default -> {
                                if (name % 8 == 0) {
                                    shouldBeOfOneKind(registry.scrape());
                                }
                            }
                        }
                    }
                });
                assertThat(shouldBeOfOneKind(registry.scrape())).isEqualTo(NAMES);
                for (int name = 0; name < NAMES; name++) {
                    assertThat(registry.remove(coming[0][name])).isSameAs(coming[0][name]);
                    assertThat(registry.remove(coming[1][name])).isSameAs(coming[1][name]);
                }
                assertThat(registry.scrape()).isEmpty();
            }
        } finally {
            registry.close();
        }
    }

    /** Every family is announced once, and its series are of that type. Returns how many there are. */
    private static int shouldBeOfOneKind(String scrape) {
        List<String> types =
                scrape.lines().filter(line -> line.startsWith("# TYPE")).toList();
        assertThat(types).doesNotHaveDuplicates();
        int families = 0;
        for (int name = 0; name < NAMES; name++) {
            boolean histogram = types.contains("# TYPE t" + name + "_seconds histogram");
            boolean summary = types.contains("# TYPE t" + name + "_seconds summary");
            assertThat(histogram && summary).isFalse();
            assertThat(scrape.contains("t" + name + "_seconds_bucket{")).isEqualTo(histogram);
            families += histogram || summary ? 1 : 0;
        }
        return families;
    }
}
