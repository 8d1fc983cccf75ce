package dev.percpu.quarkus.request;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The intended differences from Quarkus' binder for one kind of request, read from the table. Not thread-safe. */
final class Differences {

    private static final String TABLE = "quarkus-differences.md";

    private static final String NOTHING = "nothing";
    private static final String ONCE = "once";

    /**
     * A row of the table.
     *
     * @param quarkus part of a series of Quarkus' binder
     * @param perCpu the text that replaces this part; {@code nothing} if the series does not exist here, {@code once} if it has half the
     *     value
     */
    private record Difference(String kind, String quarkus, String perCpu) {}

    private final List<Difference> listed;
    private final Set<Difference> used = new HashSet<>();

    private Differences(List<Difference> listed) {
        this.listed = listed;
    }

    static Differences of(String kind) {
        return new Differences(all().stream().filter(it -> it.kind.equals(kind)).toList());
    }

    /** Returns the kinds of requests in the table. */
    static Set<String> kinds() {
        Set<String> kinds = new HashSet<>();
        all().forEach(it -> kinds.add(it.kind));
        return kinds;
    }

    private static List<Difference> all() {
        List<Difference> all = new ArrayList<>();
        for (String line : table().lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 6 && cells[2].contains("`")) {
                all.add(new Difference(cells[1].strip(), code(cells[2]), code(cells[3])));
            }
        }
        return all;
    }

    private static String code(String cell) {
        return cell.strip().replace("`", "");
    }

    private static String table() {
        try (InputStream table = Differences.class.getResourceAsStream(TABLE)) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the samples that are expected here for samples of Quarkus' binder. Samples of the same series are added. */
    Map<String, Double> applyTo(Map<String, Double> quarkus) {
        Map<String, Double> samples = new TreeMap<>();
        quarkus.forEach((series, value) -> {
            Difference difference = find(series);
            if (difference == null) {
                samples.merge(series, value, Double::sum);
            } else if (difference.perCpu.equals(ONCE)) {
                samples.merge(series, value / 2, Double::sum);
            } else if (!difference.perCpu.equals(NOTHING)) {
                samples.merge(series.replace(difference.quarkus, difference.perCpu), value, Double::sum);
            }
        });
        return samples;
    }

    private @Nullable Difference find(String series) {
        for (Difference difference : listed) {
            if (series.contains(difference.quarkus)) {
                used.add(difference);
                return difference;
            }
        }
        return null;
    }

    /** Returns the rows that {@link #applyTo} has not used. */
    List<String> unused() {
        return listed.stream()
                .filter(it -> !used.contains(it))
                .map(Difference::toString)
                .toList();
    }
}
