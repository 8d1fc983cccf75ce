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

/** Compares what both registries expose, family by family and byte by byte in every format, but for the differences that are listed. */
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

    /** Takes note of time that went by after both were read. */
    void passed(int ticks) {
        unreadMillis = 0;
        passedUnread(ticks);
    }

    /** Takes note of time that went by while neither was read. */
    void passedUnread(int ticks) {
        unreadMillis += Peers.TICK.multipliedBy(ticks).toMillis();
        longestUnreadMillis = Math.max(longestUnreadMillis, unreadMillis);
    }

    /** Whether Micrometer's registry can be scraped at all. */
    boolean scrapes() {
        try {
            peers.theirs.scrape();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /**
     * Compares everything.
     *
     * @return false if Micrometer's registry cannot be scraped any more
     */
    boolean compare() throws IOException {
        List<String> actual = FORMATS.stream().map(format -> ours(format, null)).toList();
        unreadMillis = 0;
        List<String> expected;
        try {
            expected = FORMATS.stream().map(format -> theirs(format, null)).toList();
        } catch (RuntimeException e) {
            assertThat(differences.isListed(FAILED_SCRAPE))
                    .as("Micrometer's registry fails to be scraped, which is not listed: " + e)
                    .isTrue();
            differences.saw(FAILED_SCRAPE);
            return false;
        }
        compareMeasurements();
        if (!actual.equals(expected)) {
            compareFamilies(
                    peers.ours.getPrometheusRegistry().scrape(),
                    peers.theirs.getPrometheusRegistry().scrape());
        }
        return true;
    }

    /** What meters tell of themselves is the same, too. */
    private void compareMeasurements() {
        Map<Meter.Id, Meter> ours = new HashMap<>();
        peers.ours.getMeters().forEach(meter -> ours.put(meter.getId(), meter));
        for (Meter their : peers.theirs.getMeters()) {
            Meter our = ours.remove(their.getId());
            assertThat(our).as("%s", their.getId()).isNotNull();
            Iterator<Measurement> measured = our.measure().iterator();
            for (Measurement expected : their.measure()) {
                Measurement actual = measured.next();
                boolean alike = actual.getStatistic() == expected.getStatistic()
                        && (Double.compare(actual.getValue(), expected.getValue()) == 0
                                || differences.areClose(SUMS_OF_FRACTIONS, actual.getValue(), expected.getValue()));
                assertThat(alike)
                        .as("%s measures %s, not %s", their.getId(), actual, expected)
                        .isTrue();
            }
        }
        assertThat(ours).isEmpty();
    }

    /** Compares a random choice of families, where there is no difference in them. */
    void compareSome(Random random) {
        if (!scrapes()) {
            return;
        }
        Set<String> names = new TreeSet<>();
        Set<String> same = new TreeSet<>();
        peers.theirs.getPrometheusRegistry().scrape().forEach(it -> names.add(name(it)));
        for (String name : names) {
            Set<String> one = Set.of(name);
            if (random.nextBoolean() && ours(Peers.TEXT, one).equals(theirs(Peers.TEXT, one))) {
                same.add(name);
            }
        }
        for (String format : FORMATS) {
            assertThat(ours(format, same)).as(format).isEqualTo(theirs(format, same));
        }
    }

    private void compareFamilies(MetricSnapshots ours, MetricSnapshots theirs) throws IOException {
        assertThat(names(ours)).as("families").isEqualTo(names(theirs));
        List<MetricSnapshot> expected = new ArrayList<>();
        Expectation expectation =
                new Expectation(differences, histories, this::isHelp, peers.nowMillis(), longestUnreadMillis);
        for (int i = 0; i < ours.size(); i++) {
            expected.add(expectation.of(theirs.get(i), ours.get(i)));
        }
        for (String format : FORMATS) {
            for (int i = 0; i < ours.size(); i++) {
                assertThat(written(format, ours.get(i)))
                        .as("%s as %s", name(ours.get(i)), format)
                        .isEqualTo(written(format, expected.get(i)));
            }
            // What is really answered is these families one after the other.
            assertThat(ours(format, null))
                    .as(format)
                    .isEqualTo(written(format, expected.toArray(MetricSnapshot[]::new)));
        }
    }

    /** Whether a meter under that name has that description. */
    private boolean isHelp(String family, String help) {
        NamingConvention naming = peers.ours.config().namingConvention();
        return peers.ours.getMeters().stream()
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

    private String ours(String format, @Nullable Set<String> names) {
        return bytes(out -> peers.ours.scrape(out, format, names));
    }

    private String theirs(String format, @Nullable Set<String> names) {
        return bytes(out -> peers.theirs.scrape(out, format, names));
    }

    private interface Scrape {
        void into(ByteArrayOutputStream out) throws IOException;
    }

    /** One character per byte. */
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
