package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The limits that a run misses, with their reasons. They are the bold figures in the tables of limits. Stateless. */
final class MissedLimits {
    private static final String UNKNOWN = "The reason is not known.";

    private static final String CALL =
            "A call from Java to C is most of the record. The row `empty` in the table of the case is a call that does nothing.";

    private static final String OTHER_PROCESSOR =
            "The limit was set on an Intel processor, where a record of Micrometer's "
                    + "timer takes 37 ns, and with a histogram 75 ns. " + CALL;

    private static final String COLD =
            "A record reads cache lines that are in no near cache: one or two of the meter, and that of the bucket. The row `floor` in"
                    + " the table of the case is a C loop that reads the bucket only.";

    private static final String SECTION =
            "On AMD, the critical section takes nearly as long as an empty call. FFM offers no cheaper call.";

    private static final String CACHE_LINES =
            "A scrape reads the cells while the other CPU writes them, so their cache lines move between the CPUs.";

    private static final String ALIASES =
            "In some processes, addresses that a record reads and the last record has written are equal in their low 12 bits. The"
                    + " CPU then lets the read wait for the write. It happens to records in a tight loop only, and no choice of"
                    + " native addresses prevents all of it: meters are on the heap of the JVM. Other processes are slowed down from"
                    + " begin to end by other virtual machines.";

    private static final String LINES =
            "A scrape sums cells, writes numbers, and copies name and labels of each line on their own. The copy of the whole text"
                    + " has one call for 64 KiB.";

    /** Reasons by case and peer, or by case alone if the reason is the same for every peer. */
    private static final Map<String, String> REASONS = Map.of(
            Cases.COUNTER + " " + Impl.MICROMETER,
            CALL,
            Cases.COUNTER + " " + Impl.EMPTY,
            SECTION,
            Cases.TIMER + " " + Impl.MICROMETER,
            OTHER_PROCESSOR,
            Cases.TIMER_HISTOGRAM + " " + Impl.MICROMETER,
            OTHER_PROCESSOR,
            Cases.TIMER_10K_SERIES + " " + Impl.MICROMETER,
            COLD,
            Cases.TIMER_PERCENTILES + " " + Impl.MICROMETER,
            OTHER_PROCESSOR,
            Cases.SCRAPE_COUNTERS_10K + " " + Impl.FLOOR,
            LINES,
            Cases.SCRAPE_TIMERS_10K + " " + Impl.FLOOR,
            LINES,
            Cases.DURING_SCRAPE,
            CACHE_LINES);

    private MissedLimits() {}

    /**
     * Returns the missed limits as a list in Markdown.
     *
     * @param tables Markdown tables with the case in the first column, and bold figures where a limit is missed
     */
    static String lines(String tables) {
        List<String> lines = new ArrayList<>();
        for (String line : tables.lines().toList()) {
            if (line.startsWith("| ") && line.contains("**")) {
                String[] cells = line.split("\\|");
                String caseName = cells[1].strip();
                String implementation = cells[2].strip();
                String peer = cells[3].strip();
                lines.add("- " + caseName + ", " + implementation + " against " + peer + ": "
                        + reason(line, caseName, peer));
            }
        }
        return lines.isEmpty() ? "None.\n" : String.join("\n", lines) + "\n";
    }

    private static String reason(String line, String caseName, String peer) {
        if (line.contains("**" + Outcome.NOT_MEASURED)) {
            return "Not measured in this run.";
        }
        if (peer.equals(Spread.PEER)) {
            return ALIASES;
        }
        String reason = REASONS.get(caseName + " " + peer);
        return reason != null ? reason : REASONS.getOrDefault(caseName, UNKNOWN);
    }
}
