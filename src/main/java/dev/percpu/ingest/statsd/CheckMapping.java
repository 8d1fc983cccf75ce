package dev.percpu.ingest.statsd;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.RejectionListener;
import dev.percpu.ingest.SenderBudget;
import dev.percpu.ingest.SeriesFactory;
import dev.percpu.ingest.mapping.MappingFile;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.registry.ExactMeters;
import dev.percpu.registry.PerCpuMeterRegistry;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The command {@code --check-mapping FILE LINE...}: records each line of StatsD by a mapping file, as the service would, and prints the scrape.
 * Not thread-safe.
 */
public final class CheckMapping implements RejectionListener {
    /** The argument that selects this command. */
    public static final String OPTION = "--check-mapping";

    static final int EXIT_VALID = 0;
    static final int EXIT_INVALID = 1;

    private static final String USAGE =
            "usage: java -jar quarkus-run.jar " + OPTION + " FILE ['NAME:VALUE|TYPE|#TAG:VALUE,...']...";

    private final MetricMapper mapper;
    private final StringBuilder text = new StringBuilder();
    private boolean rejected;

    private CheckMapping(MetricMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * Prints the series of each line to standard output, or an error of the file to standard error.
     *
     * @return the exit code of the process: 0 if the file is valid and each line becomes series or is ignored, otherwise 1
     */
    public static int run(List<String> arguments) {
        return run(arguments, System.out, System.err);
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.size() < 2 || !arguments.getFirst().equals(OPTION)) {
            print(err, USAGE + "\n");
            return EXIT_INVALID;
        }
        try (MappingFile file = new MappingFile("FILE", Path.of(arguments.get(1)), null)) {
            CheckMapping check = new CheckMapping(file.rules());
            check.text
                    .append(arguments.get(1))
                    .append(": ")
                    .append(file.rules().count())
                    .append(" rules\n");
            arguments.subList(2, arguments.size()).forEach(check::check);
            print(out, check.text.toString());
            return check.rejected ? EXIT_INVALID : EXIT_VALID;
        } catch (IllegalArgumentException e) { // the file, or its path
            print(err, e.getMessage() + "\n");
            return EXIT_INVALID;
        }
    }

    private static void print(PrintStream stream, String printed) {
        stream.writeBytes(printed.getBytes(StandardCharsets.UTF_8));
        stream.flush();
    }

    /** Records a line in a registry of its own. */
    private void check(String line) {
        text.append(line).append('\n');
        IngestCounters counters = new IngestCounters();
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        try {
            PacketBatch batch = new PacketBatch(1, StatsdServer.UNIX_PACKET_BYTES);
            batch.add(line.getBytes(StandardCharsets.UTF_8), 0);
            SeriesFactory factory = new SeriesFactory(new ExactMeters(registry), new SenderBudget(Integer.MAX_VALUE));
            new StatsdParser(factory, () -> mapper, counters, this, 1).parse(batch, System.nanoTime());
            registry.scrape()
                    .lines()
                    .filter(sample -> !sample.startsWith("# HELP"))
                    .forEach(this::result);
        } finally {
            registry.close();
        }
        for (IgnoredKind kind : IgnoredKind.values()) {
            if (counters.ignored(kind) > 0) {
                result("ignored: " + kind.description());
            }
        }
    }

    @Override
    public boolean isDue(long nowNanos) {
        return true;
    }

    @Override
    public void rejected(long nowNanos, RejectReason reason, String detail, byte[] sample) {
        rejected = true;
        result("rejected: " + reason.description(detail));
    }

    private void result(String result) {
        text.append("  ").append(result).append('\n');
    }
}
