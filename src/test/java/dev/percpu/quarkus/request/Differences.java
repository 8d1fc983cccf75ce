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

/** The table of what is different from Quarkus' binder on purpose, for one kind of request. Not thread-safe. */
final class Differences {

    private static final String TABLE = "quarkus-differences.md";

    private static final String NOTHING = "nothing";
    private static final String ONCE = "once";

    /**
     * A piece of a series as Quarkus' binder has it, and what stands there with ours; {@code nothing}, if the series is not there, {@code
     * once}, if it is the same and has half the value.
     */
    private record Difference(String kind, String theirs, String ours) {}

    private final List<Difference> listed;
    private final Set<Difference> used = new HashSet<>();

    private Differences(List<Difference> listed) {
        this.listed = listed;
    }

    static Differences of(String kind) {
        return new Differences(all().stream().filter(it -> it.kind.equals(kind)).toList());
    }

    /** The kinds of requests that the table names. */
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

    /** Quarkus' samples as ours have to be; those that become the same are added up. */
    Map<String, Double> applyTo(Map<String, Double> theirs) {
        Map<String, Double> samples = new TreeMap<>();
        theirs.forEach((series, value) -> {
            Difference difference = find(series);
            if (difference == null) {
                samples.merge(series, value, Double::sum);
            } else if (difference.ours.equals(ONCE)) {
                samples.merge(series, value / 2, Double::sum);
            } else if (!difference.ours.equals(NOTHING)) {
                samples.merge(series.replace(difference.theirs, difference.ours), value, Double::sum);
            }
        });
        return samples;
    }

    private @Nullable Difference find(String series) {
        for (Difference difference : listed) {
            if (series.contains(difference.theirs)) {
                used.add(difference);
                return difference;
            }
        }
        return null;
    }

    /** Listed, and not there. */
    List<String> unused() {
        return listed.stream()
                .filter(it -> !used.contains(it))
                .map(Difference::toString)
                .toList();
    }
}
