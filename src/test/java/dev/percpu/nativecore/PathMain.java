package dev.percpu.nativecore;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.BucketBounds;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.ObservationCell;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardStatistics;
import dev.percpu.shard.ShardedCellStore;
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
 * Runs test classes in this process. Before, it checks the owner, the mode and the index of the process.
 *
 * <p>Arguments: the expected owner, mode and index, then the names of the classes.
 */
final class PathMain {
    private static final int RECORDS = 1_000;

    private PathMain() {}

    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        RseqStatus status = RseqProbe.status();
        System.out.println(status);
        String actual = status.owner() + " " + status.mode() + " " + status.indexedBy();
        String expected = String.join(" ", all.subList(0, 3));
        if (!actual.equals(expected)) {
            fail("owner, mode and index must be " + expected + ", but were " + actual);
        }
        if (status.active() != (status.reason() == null)) {
            fail("reason must be null if and only if active, but active was " + status.active() + " and reason "
                    + status.reason());
        }
        recordOnNewThread(status);
        runTests(all.subList(3, all.size()));
        recordOnNewThread(status);
        System.exit(0);
    }

    /** Records on a new thread. At most its first record may be in the shared shard. */
    private static void recordOnNewThread(RseqStatus status) throws InterruptedException {
        CellStore store = new ShardedCellStore(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
        ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs());
        Thread thread = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < RECORDS; i++) {
                cell.observeLong(i);
            }
        });
        thread.join();
        ShardStatistics statistics = store.statistics();
        long inShards = statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::records)
                .sum();
        if (statistics.sharedRecords() > 1 || inShards + statistics.sharedRecords() != RECORDS) {
            fail("at most 1 of " + RECORDS + " records must be in the shared shard, but " + inShards
                    + " were in per-CPU shards and " + statistics.sharedRecords() + " in the shared shard");
        }
    }

    private static void runTests(List<String> classes) {
        if (classes.isEmpty()) {
            return;
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(classes.stream()
                        .map(it -> selectClass(PathMain.class.getClassLoader(), it))
                        .toList())
                .configurationParameter("junit.jupiter.testclass.order.default", ClassOrderer.ClassName.class.getName())
                .build();
        // Without the listeners on the class path: the listeners of the service tests would start the service.
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
            fail("at least " + 2 * classes.size() + " tests of " + classes + " must pass, but "
                    + summary.getTestsSucceededCount() + " did");
        }
    }

    private static void fail(String cause) {
        System.out.println("FAILED: " + cause);
        System.exit(1);
    }
}
