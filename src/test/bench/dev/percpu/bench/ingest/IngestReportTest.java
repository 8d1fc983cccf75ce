package dev.percpu.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.bench.ingest.IngestResults.LargestRate;
import dev.percpu.bench.ingest.IngestResults.Service;
import dev.percpu.bench.ingest.StatsdReceiver.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestReportTest {
    private static final Map<String, Object> MACHINE =
            Map.of("processor", "P", "cpus", 2, "kernel", "Linux 6.18", "jdk", "JDK");

    private final IngestResults results = new IngestResults();

    @Test
    void shouldComputeRatiosWithinRounds() {
        add(Kind.PERCPU, 1, 100);
        add(Kind.NETDATA, 1, 200);
        add(Kind.PERCPU, 2, 300);
        add(Kind.NETDATA, 2, 400);
        add(Kind.PERCPU, 3, 120);
        add(Kind.NETDATA, 3, 200);

        assertThat(text()).contains("| ingest.statsd.10x1k | netdata | 0.70 | 0.60 | 0.50 to 0.75 |");
    }

    @Test
    void shouldMarkMissedLimits() {
        add(Kind.PERCPU, 1, 100);
        add(Kind.FLOOR, 1, 50);

        assertThat(text()).contains("| ingest.statsd.10x1k | floor | 1.60 | **2.00** | 2.00 to 2.00 |");
    }

    @Test
    void shouldNameWhatWasNotMeasured() {
        add(Kind.PERCPU, 1, 100);
        results.missing("netdata", "it is not installed");
        results.missing("netdata", "it is not installed");

        assertThat(text())
                .contains("| ingest.statsd.10x1k | netdata | 0.70 | **not measured** | |")
                .containsOnlyOnce("- netdata: it is not installed")
                .contains("| bytes allocated per packet | | 0 | **not measured** | |");
    }

    @Test
    void shouldReportLossAndRates() {
        results.rate(IngestCase.TEN, 60_000);
        results.add(IngestCase.TEN, Kind.NETDATA, new Window(1, 1_000, 10_000, 7, 2_000_000));
        results.add(Kind.PERCPU, new LargestRate(4_000_400, true));
        results.add(Kind.NPM, new LargestRate(0, false));

        assertThat(text())
                .contains("| netdata | 60000 | 200 | 200 to 200 | 2000 |  | 7 |")
                .contains("| percpu | 4,000,000, all that the sender can send |")
                .contains("| statsd (npm) | loss at each rate that was tried |");
    }

    @Test
    void shouldReportAllocationAndMemory() {
        results.service(new Service(0.004, 1_500, 1_000));

        assertThat(text())
                .contains("| bytes allocated per packet | | 0 | 0 | |")
                .contains("| bytes per series | 1000 in the library | | 1.50: 1500 | |");
    }

    @Test
    void shouldReadTheStateOfSockets() {
        List<String> lines = List.of(
                "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops",
                " 6274: 0100007F:1FBD 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 40721 2 0000000056ff9858 5",
                " 6274: 0100007F:1FBD 00000000:0000 07 00000000:00000100 00:00000000 00000000     0        0 40722 2 0000000056ff9859 6",
                " 6275: 0100007F:1FBE 00000000:0000 07 00000000:00000100 00:00000000 00000000     0        0 40723 2 0000000056ff985a 9");

        assertThat(ReceiverSocket.of(8_125, lines)).isEqualTo(new ReceiverSocket(2, 0x400, 11));
    }

    private void add(Kind kind, int round, double nanosPerSample) {
        results.add(IngestCase.TEN, kind, new Window(round, 100, 1_000, 0, nanosPerSample * 1_000));
    }

    private String text() {
        return new IngestReport(results).text(MACHINE);
    }
}
