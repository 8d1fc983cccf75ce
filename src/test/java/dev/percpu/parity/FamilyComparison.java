package dev.percpu.parity;

import static dev.percpu.parity.Differences.Kind.FAILED_SCRAPE;
import static dev.percpu.parity.Differences.Kind.SUMS_OF_FRACTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A comparison of both registries, byte by byte in every format. Families may differ as listed in {@link Differences}. */
final class FamilyComparison {
    private static final List<String> FORMATS = List.of(Peers.TEXT, Peers.OPEN_METRICS, Peers.PROTOBUF);
    private static final ExpositionFormats WRITERS = ExpositionFormats.init();

    private final Peers peers;
    private final Differences differences;
    private final Expectation.Histories histories;
    private long unreadMillis;
    private long longestUnreadMillis;

    FamilyComparison(Peers peers, Differences differences, Expectation.Histories histories) {
        this.peers = peers;
        this.differences = differences;
        this.histories = histories;
    }

    /** Adds time that passed after both registries were read. */
    void passed(int ticks) {
        unreadMillis = 0;
        passedUnread(ticks);
    }

    /** Adds time that passed while neither registry was read. */
    void passedUnread(int ticks) {
        unreadMillis += Peers.TICK.multipliedBy(ticks).toMillis();
        longestUnreadMillis = Math.max(longestUnreadMillis, unreadMillis);
    }

    /** Returns whether a scrape of Micrometer's registry succeeds. */
    boolean scrapeSucceeds() {
        try {
            peers.micrometer.scrape();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /**
     * Compares all families and the measurements of all meters.
     *
     * @return false if a scrape of Micrometer's registry failed as listed; no later one succeeds, either
     */
    boolean compare() throws IOException {
        List<String> actual =
                FORMATS.stream().map(format -> scrapePerCpu(format, null)).toList();
        unreadMillis = 0;
        List<String> expected;
        try {
            expected = FORMATS.stream()
                    .map(format -> scrapeMicrometer(format, null))
                    .toList();
        } catch (RuntimeException e) {
            assertThat(differences.isListed(FAILED_SCRAPE))
                    .as("a failed scrape of Micrometer's registry must be listed, but was not: " + e)
                    .isTrue();
            differences.addFound(FAILED_SCRAPE);
            return false;
        }
        compareMeasurements();
        if (!actual.equals(expected)) {
            compareFamilies(
                    peers.perCpu.getPrometheusRegistry().scrape(),
                    peers.micrometer.getPrometheusRegistry().scrape());
        }
        return true;
    }

    /** Compares the measurements that the meters return. */
    private void compareMeasurements() {
        Map<Meter.Id, Meter> perCpu = new HashMap<>();
        peers.perCpu.getMeters().forEach(meter -> perCpu.put(meter.getId(), meter));
        for (Meter expectedMeter : peers.micrometer.getMeters()) {
            Meter actualMeter = perCpu.remove(expectedMeter.getId());
            assertThat(actualMeter).as("%s", expectedMeter.getId()).isNotNull();
            Iterator<Measurement> measured = actualMeter.measure().iterator();
            for (Measurement expected : expectedMeter.measure()) {
                Measurement actual = measured.next();
                boolean equal = actual.getStatistic() == expected.getStatistic()
                        && (Double.compare(actual.getValue(), expected.getValue()) == 0
                                || differences.areClose(SUMS_OF_FRACTIONS, actual.getValue(), expected.getValue()));
                assertThat(equal)
                        .as("%s measures %s, not %s", expectedMeter.getId(), actual, expected)
                        .isTrue();
            }
        }
        assertThat(perCpu).isEmpty();
    }

    /** Compares scrapes of some families, chosen at random among those without differences. */
    void compareSome(Random random) {
        if (!scrapeSucceeds()) {
            return;
        }
        Set<String> names = new TreeSet<>();
        Set<String> same = new TreeSet<>();
        peers.micrometer.getPrometheusRegistry().scrape().forEach(it -> names.add(name(it)));
        for (String name : names) {
            Set<String> one = Set.of(name);
            if (random.nextBoolean() && scrapePerCpu(Peers.TEXT, one).equals(scrapeMicrometer(Peers.TEXT, one))) {
                same.add(name);
            }
        }
        for (String format : FORMATS) {
            assertThat(scrapePerCpu(format, same)).as(format).isEqualTo(scrapeMicrometer(format, same));
        }
    }

    private void compareFamilies(MetricSnapshots perCpu, MetricSnapshots micrometer) throws IOException {
        assertThat(names(perCpu)).as("families").isEqualTo(names(micrometer));
        List<MetricSnapshot> expected = new ArrayList<>();
        Expectation expectation =
                new Expectation(differences, histories, this::isHelp, peers.nowMillis(), longestUnreadMillis);
        for (int i = 0; i < perCpu.size(); i++) {
            expected.add(expectation.of(micrometer.get(i), perCpu.get(i)));
        }
        for (String format : FORMATS) {
            for (int i = 0; i < perCpu.size(); i++) {
                assertThat(written(format, perCpu.get(i)))
                        .as("%s as %s", name(perCpu.get(i)), format)
                        .isEqualTo(written(format, expected.get(i)));
            }
            // The full scrape must consist of these families.
            assertThat(scrapePerCpu(format, null))
                    .as(format)
                    .isEqualTo(written(format, expected.toArray(MetricSnapshot[]::new)));
        }
    }

    /** Returns whether a meter in the family has this help text. */
    private boolean isHelp(String family, String help) {
        NamingConvention naming = peers.perCpu.config().namingConvention();
        return peers.perCpu.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> family.startsWith(PrometheusNaming.prometheusName(id.getConventionName(naming))))
                .anyMatch(id -> help.equals(id.getDescription() == null ? " " : id.getDescription()));
    }

    private static List<String> names(MetricSnapshots snapshots) {
        return snapshots.stream().map(FamilyComparison::name).toList();
    }

    private static String name(MetricSnapshot family) {
        return family.getMetadata().getPrometheusName();
    }

    private static String written(String format, MetricSnapshot... families) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WRITERS.findWriter(format).write(out, new MetricSnapshots(families));
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private String scrapePerCpu(String format, @Nullable Set<String> names) {
        return bytes(out -> peers.perCpu.scrape(out, format, names));
    }

    private String scrapeMicrometer(String format, @Nullable Set<String> names) {
        return bytes(out -> peers.micrometer.scrape(out, format, names));
    }

    private interface Scrape {
        void into(ByteArrayOutputStream out) throws IOException;
    }

    /** Returns the bytes of a scrape as a string of one character per byte. */
    private static String bytes(Scrape scrape) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            scrape.into(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
