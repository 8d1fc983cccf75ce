package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.shard.JvmCellStore;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Races while a registry is closed, and while a family changes its type. */
class LifetimeRacesTest {
    private static final int ACTORS = 4;
    private static final int ROUNDS = Integer.getInteger("test.races.rounds", 60);
    private static final int REGISTRIES = 8;
    private static final int METERS = 16;
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
                onJvm ? new JvmCellStore() : PerCpuMeterRegistry.openStore(PrometheusConfig.DEFAULT));
    }

    /** A registry that is closed while threads register, record and scrape, with the meters that they hold. */
    private static final class Closing {
        private final PerCpuMeterRegistry registry;
        private final Counter held;
        private final AtomicInteger recorded = new AtomicInteger();
        private final Counter[][] late = new Counter[ACTORS][METERS];

        Closing(PerCpuMeterRegistry registry) {
            this.registry = registry;
            this.held = registry.counter("held");
        }

        void act(int actor, int action) {
            switch (action) {
                case 0 -> registry.close();
                case 1 -> {
                    held.increment();
                    registry.counter("held").increment();
                    recorded.addAndGet(2);
                    assertThat(registry.scrape()).containsOnlyOnce("\nheld_total ");
                }
                default -> {
                    for (int i = 0; i < METERS; i++) {
                        late[actor][i] = registry.counter("late", "k", Integer.toString(i));
                        late[actor][i].increment();
                        registry.timer("late.timer", "k", i + "by" + actor).record(Duration.ofSeconds(1));
                        registry.summary("late.summary", "k", i + "by" + actor).record(1);
                    }
                }
            }
        }

        void check() {
            assertThat(registry.isClosed()).isTrue();
            assertThat(held.count()).isEqualTo(recorded.get());
            for (int i = 0; i < METERS; i++) {
                Meter found =
                        registry.find("late").tag("k", Integer.toString(i)).meter();
                int increments = 0;
                for (Counter[] of : late) {
                    if (of[i] != null && !(of[i] instanceof NoopCounter)) {
                        assertThat(of[i]).isSameAs(found);
                        increments++;
                    }
                }
                assertThat(found == null ? 0 : ((Counter) found).count()).isEqualTo(increments);
            }
            assertThat(registry.counter("too.late")).isInstanceOf(NoopCounter.class);
            assertThat(registry.scrape())
                    .contains("held_total " + (double) recorded.get())
                    .doesNotContain("too_late");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepWorkingWhileTheRegistryIsClosed(boolean onJvm) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<Closing> registries = new ArrayList<>();
            for (int i = 0; i < REGISTRIES; i++) {
                registries.add(new Closing(open(onJvm)));
            }
            int offset = round;
            actors.round(actor -> registries.forEach(it -> it.act(actor, (actor + offset) % ACTORS)));
            registries.forEach(Closing::check);
        }
    }

    /** Removes the last meter of one type while the first of another is registered. The name has one type at a time, and is free at the end. */
    @Test
    void shouldGiveANameToOneTypeAtATime() throws Exception {
        PerCpuMeterRegistry registry = open(false);
        try {
            Timer[] leaving = new Timer[NAMES];
            Timer[][] coming = new Timer[2][NAMES];
            for (int round = 0; round < ROUNDS; round++) {
                boolean histogram = round % 2 == 0;
                Arrays.setAll(leaving, name -> timer(registry, name, "leaving", histogram));
                assertThat(familiesOfOneKind(registry.scrape(), histogram)).isEqualTo(NAMES);
                actors.round(actor -> {
                    for (int name = 0; name < NAMES; name++) {
                        switch (actor) {
                            case 0 -> registry.remove(leaving[name]);
                            case 1 -> coming[0][name] = timer(registry, name, "other kind", !histogram);
                            case 2 -> coming[1][name] = timer(registry, name, "same kind", histogram);
                            default -> {
                                if (name % 8 == 0) {
                                    familiesOfOneKind(registry.scrape(), histogram);
                                }
                            }
                        }
                    }
                });
                String scrape = registry.scrape();
                assertThat(familiesOfOneKind(scrape, true) + familiesOfOneKind(scrape, false))
                        .isEqualTo(NAMES);
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

    private static Timer timer(PerCpuMeterRegistry registry, int name, String tag, boolean histogram) {
        Timer.Builder builder = Timer.builder("t" + name).tag("k", tag);
        return (histogram ? builder.serviceLevelObjectives(Duration.ofSeconds(1)) : builder).register(registry);
    }

    /** Checks that every family is declared once and that its series have this type. Returns the number of series of a type. */
    private static int familiesOfOneKind(String scrape, boolean histograms) {
        List<String> types =
                scrape.lines().filter(line -> line.startsWith("# TYPE")).toList();
        assertThat(types).doesNotHaveDuplicates();
        int families = 0;
        for (int name = 0; name < NAMES; name++) {
            boolean histogram = types.contains("# TYPE t" + name + "_seconds histogram");
            boolean summary = types.contains("# TYPE t" + name + "_seconds summary");
            assertThat(histogram && summary).isFalse();
            assertThat(scrape.contains("t" + name + "_seconds_bucket{")).isEqualTo(histogram);
            families += (histograms ? histogram : summary) ? 1 : 0;
        }
        return families;
    }
}
