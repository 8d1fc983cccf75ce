package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads register, record, remove and scrape the same meters at the same time. In each round every thread applies one operation to many
 * meters in the same order: as the threads overtake each other, many interleavings occur. After each round every observation is checked.
 */
class RegistrationRacesTest {
    private static final int ACTORS = 3;
    private static final int METERS = 48;
    private static final int METERS_OF_A_NAME = 6;
    private static final Duration TIME = Duration.ofMillis(Integer.getInteger("test.races.millis", 2_000));

    private enum Action {
        LOOK_UP,
        LOOK_UP_AND_RECORD,
        RECORD,
        REMOVE,
        SCRAPE,
        SETTLE
    }

    /** One meter of a round: its state before the round, and what each thread saw and recorded. */
    private static final class Slot {
        private final String name;
        private final String tag;
        private final String sample;

        /** Registered before the round and still held; null if none. */
        private @Nullable Meter held;

        private final Meter[] seen = new Meter[ACTORS];
        private final int[] records = new int[ACTORS];

        Slot(RacedKind kind, int index) {
            this.name = "n" + index / METERS_OF_A_NAME;
            this.tag = Integer.toString(index % METERS_OF_A_NAME);
            this.sample = kind.sample(name, tag);
        }
    }

    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
            PrometheusConfig.DEFAULT,
            new PrometheusRegistry(),
            new MockClock(),
            null,
            PerCpuMeterRegistry.openStore(PrometheusConfig.DEFAULT));
    private final Actors actors = new Actors(ACTORS);
    private final Random random = new Random();
    private final List<Slot> slots = new ArrayList<>();

    /** Whether a thread of this round removes meters. */
    private volatile boolean removing;

    /** The expected value of each meter: everything recorded through it. */
    private final IdentityHashMap<Meter, Double> expected = new IdentityHashMap<>();

    @AfterEach
    void close() {
        actors.close();
        registry.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldAgreeInEveryInterleaving(RacedKind kind) throws Exception {
        for (int i = 0; i < METERS; i++) {
            slots.add(new Slot(kind, i));
        }
        long end = System.nanoTime() + TIME.toNanos();
        int rounds = 0;
        for (; System.nanoTime() < end; rounds++) {
            prepare(kind);
            Action[] actions = new Action[ACTORS];
            Arrays.setAll(actions, actor -> Action.values()[random.nextInt(Action.values().length)]);
            removing = List.of(actions).contains(Action.REMOVE);
            actors.round(actor -> {
                for (Slot slot : slots) {
                    act(kind, actions[actor], slot, actor);
                }
            });
            check(kind, actions);
        }
        assertThat(rounds).isGreaterThan(50);
    }

    /** Registers a different part of the meters before each round. */
    private void prepare(RacedKind kind) {
        for (Slot slot : slots) {
            Arrays.fill(slot.seen, null);
            Arrays.fill(slot.records, 0);
            if (slot.held != null && random.nextInt(4) == 0) {
                registry.remove(slot.held);
                expected.remove(slot.held);
                slot.held = null;
            } else if (slot.held == null && random.nextInt(3) > 0) {
                slot.held = kind.of(registry, slot.name, slot.tag);
                expected.put(slot.held, kind.value(slot.held));
            }
        }
    }

    private void act(RacedKind kind, Action action, Slot slot, int actor) {
        switch (action) {
            case LOOK_UP -> slot.seen[actor] = kind.of(registry, slot.name, slot.tag);
            case LOOK_UP_AND_RECORD -> {
                slot.seen[actor] = kind.of(registry, slot.name, slot.tag);
                record(kind, slot, actor);
            }
            case RECORD -> {
                slot.seen[actor] = slot.held;
                if (slot.held != null) {
                    record(kind, slot, actor);
                }
            }
            case REMOVE -> {
                if (slot.held != null) {
                    registry.remove(slot.held);
                }
            }
            case SCRAPE -> {
                if (slot.tag.equals("0")) {
                    shouldExposeEveryRemainingMeter(samplesOf(registry.scrape()));
                }
            }
            case SETTLE -> {
                if (slot.tag.equals("0")) {
                    registry.rotateWindows(0, Long.MAX_VALUE / 2);
                }
            }
        }
    }

    private static void record(RacedKind kind, Slot slot, int actor) {
        for (int i = 0; i < 3; i++) {
            kind.record(slot.seen[actor]);
        }
        slot.records[actor] += 3;
    }

    /** Returns sample values by sample. */
    private static Map<String, String> samplesOf(String scrape) {
        Map<String, String> samples = new HashMap<>();
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            if (samples.put(line.substring(0, space), line.substring(space + 1)) != null) {
                throw new AssertionError("twice in one scrape: " + line);
            }
        });
        return samples;
    }

    private void shouldExposeEveryRemainingMeter(Map<String, String> samples) {
        for (Slot slot : slots) {
            if (!removing && slot.held != null && !samples.containsKey(slot.sample)) {
                throw new AssertionError("left out of a scrape: " + slot.sample);
            }
        }
    }

    private void check(RacedKind kind, Action[] actions) {
        Map<String, String> samples = samplesOf(registry.scrape());
        long removals = Arrays.stream(actions).filter(it -> it == Action.REMOVE).count();
        for (Slot slot : slots) {
            Meter now = registry.find(slot.name).tag("k", slot.tag).meter();
            checkInstances(slot, now, removals);
            checkValues(kind, slot);
            assertThat(samples.get(slot.sample))
                    .as("%s after %s", slot.sample, Arrays.toString(actions))
                    .isEqualTo(now == null ? null : shown(kind, now));
            if (now != null) {
                assertThat(kind.of(registry, slot.name, slot.tag)).isSameAs(now);
            }
            slot.held = now;
        }
    }

    private static String shown(RacedKind kind, Meter meter) {
        double value = kind.value(meter);
        boolean count = kind == RacedKind.TIMER || kind == RacedKind.SUMMARY;
        return count ? Long.toString((long) value) : Double.toString(value);
    }

    /** Checks that all threads get the same meter without a removal, and at most one new meter per removal. */
    @SuppressWarnings("ReferenceEquality") // the test compares instances
    private static void checkInstances(Slot slot, @Nullable Meter now, long removals) {
        Set<Meter> added = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Meter meter : slot.seen) {
            if (meter != null && meter != slot.held) {
                added.add(meter);
            }
        }
        if (slot.held == null) { // no thread removes
            assertThat(added).hasSizeLessThanOrEqualTo(1);
            assertThat(now).isSameAs(added.isEmpty() ? null : added.iterator().next());
        } else if (removals == 0) {
            assertThat(added).isEmpty();
            assertThat(now).isSameAs(slot.held);
        } else if (removals == 1) {
            assertThat(added).hasSizeLessThanOrEqualTo(1);
            assertThat(now).isSameAs(added.isEmpty() ? null : added.iterator().next());
        } else {
            assertThat(added).hasSizeLessThanOrEqualTo((int) removals);
            assertThat(now == null || added.contains(now)).isTrue();
        }
    }

    /** Checks that no observation is lost and none is inherited, removed meters included. */
    private void checkValues(RacedKind kind, Slot slot) {
        for (int actor = 0; actor < ACTORS; actor++) {
            Meter meter = slot.seen[actor];
            if (meter != null && kind != RacedKind.GAUGE) {
                expected.merge(meter, (double) slot.records[actor], Double::sum);
            }
        }
        for (Meter meter : slot.seen) {
            if (meter != null && kind != RacedKind.GAUGE) {
                assertThat(kind.value(meter)).isEqualTo(expected.get(meter));
            }
        }
    }
}
