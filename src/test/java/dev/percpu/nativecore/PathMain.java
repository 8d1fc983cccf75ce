package dev.percpu.nativecore;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.BucketBounds;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.LongObservationCell;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardStatistics;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs test classes in this process, after making sure that it is what its environment should have made of it. Arguments: owner, mode and
 * index to expect, then the classes.
 */
final class PathMain {
    private static final int RECORDS = 1_000;

    private PathMain() {}

    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        RseqStatus status = RseqProbe.status();
        System.out.println(status);
        String seen = status.owner() + " " + status.mode() + " " + status.indexedBy();
        String expected = String.join(" ", all.subList(0, 3));
        if (!seen.equals(expected)) {
            fail("this process is " + seen + ", not " + expected);
        }
        if (status.active() != (status.reason() == null)) {
            fail("active " + status.active() + ", reason " + status.reason());
        }
        recordOnThisPath(status);
        runTests(all.subList(3, all.size()));
        recordOnThisPath(status);
        System.exit(0);
    }

    /** A thread that was never seen: at most its first record goes to the shared shard. */
    private static void recordOnThisPath(RseqStatus status) throws InterruptedException {
        CellStore store = CellStore.onShards(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
        LongObservationCell cell = store.newLongObservation(BucketBounds.none());
        Thread thread = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < RECORDS; i++) {
                cell.observe(i);
            }
        });
        thread.join();
        ShardStatistics statistics = store.statistics();
        long inShards = statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::records)
                .sum();
        if (statistics.sharedRecords() > 1 || inShards + statistics.sharedRecords() != RECORDS) {
            fail(inShards + " records in CPUs' shards and " + statistics.sharedRecords() + " in the shared one, of "
                    + RECORDS);
        }
    }

    private static void runTests(List<String> classes) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(classes.stream()
                        .map(it -> selectClass(PathMain.class.getClassLoader(), it))
                        .toList())
                .configurationParameter("junit.jupiter.testclass.order.default", ClassOrderer.ClassName.class.getName())
                .build();
        // Nothing that listens by itself: the tests of the service have listeners that start one.
        LauncherConfig config = LauncherConfig.builder()
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create(config).execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        if (summary.getTotalFailureCount() > 0) {
            fail(summary.getTotalFailureCount() + " failures");
        }
        if (summary.getTestsSucceededCount() < 2L * classes.size()) {
            fail("only " + summary.getTestsSucceededCount() + " tests of " + classes + " ran");
        }
    }

    private static void fail(String why) {
        System.out.println("FAILED: " + why);
        System.exit(1);
    }
}
