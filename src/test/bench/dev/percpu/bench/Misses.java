package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The limits that a run misses, each with its reason, out of the tables that show the misses in bold. */
final class Misses {
    private static final String UNKNOWN = "The reason is not known.";

    private static final String CALL =
            "A call from Java to C is most of the record: compare `empty`, a call that does nothing, in the table of the case.";

    private static final String OTHER_PROCESSOR =
            "The limit is from an Intel processor, where Micrometer's timer takes "
                    + "37 ns and the one with a histogram 75 ns. " + CALL;

    private static final String SECTION =
            "On AMD the section takes nearly as long as an empty call; both are as short as they can be with FFM.";

    private static final String CACHE_LINES =
            "A scrape reads the cells while the other CPU writes them, so their cache lines move between the CPUs.";

    /** By case and peer; by case alone where the reason is the same for every peer. */
    private static final Map<String, String> REASONS = Map.of(
            Cases.COUNTER + " " + Impl.MICROMETER,
            CALL,
            Cases.COUNTER + " " + Impl.EMPTY,
            SECTION,
            Cases.TIMER + " " + Impl.MICROMETER,
            OTHER_PROCESSOR,
            Cases.TIMER_HISTOGRAM + " " + Impl.MICROMETER,
            OTHER_PROCESSOR,
            Cases.TIMER_PERCENTILES + " " + Impl.MICROMETER,
            OTHER_PROCESSOR,
            Cases.DURING_SCRAPE,
            CACHE_LINES);

    private Misses() {}

    /**
     * @param tables in Markdown, with the case in the first column and bold figures where a limit is missed
     * @return a list in Markdown
     */
    static String lines(String tables) {
        List<String> lines = new ArrayList<>();
        for (String line : tables.lines().toList()) {
            if (line.startsWith("| ") && line.contains("**")) {
                String[] cells = line.split("\\|");
                String caseName = cells[1].strip();
                String implementation = cells[2].strip();
                String against = cells[3].strip();
                lines.add("- " + caseName + ", " + implementation + " against " + against + ": "
                        + reason(line, caseName, against));
            }
        }
        return lines.isEmpty() ? "None.\n" : String.join("\n", lines) + "\n";
    }

    private static String reason(String line, String caseName, String against) {
        if (line.contains("**" + Outcome.NOT_MEASURED)) {
            return "Not measured in this run.";
        }
        String reason = REASONS.get(caseName + " " + against);
        return reason != null ? reason : REASONS.getOrDefault(caseName, UNKNOWN);
    }
}
