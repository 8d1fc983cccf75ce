package dev.percpu.rseq;

/**
 * The facts from which {@link FindingRule} derives findings. Immutable.
 *
 * @param probed status of the probe
 * @param current status now
 * @param usableCpus number of CPUs that this process may use: its affinity and its CPU quota, at least 1
 * @param recent records of the last minute
 * @param ingest ingest in the last minute
 */
public record FindingFacts(
        RseqStatus probed,
        RseqStatus current,
        ProcessEnvironment environment,
        int usableCpus,
        RecentRecords recent,
        RecentIngest ingest) {

    /** Returns the facts of this process now. */
    public static FindingFacts of(RseqStatus probed, RseqStatus current, RecentRecords recent, RecentIngest ingest) {
        return new FindingFacts(
                probed,
                current,
                ProcessEnvironment.current(),
                Runtime.getRuntime().availableProcessors(),
                recent,
                ingest);
    }

    int possibleCpus() {
        return current.cpus().possible().cardinality();
    }
}
