package dev.percpu.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.parity.Peers;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares the exemplars of this registry with those of Micrometer's. */
public class ExemplarTest {
    public static final String SPAN = "# {span_id=\"0000000000000002\",trace_id=\"00000000000000000000000000000001\"} ";

    /** The timestamps of exemplars, which differ because each registry samples at its own times. */
    private static final Pattern TIMES = Pattern.compile("(# \\{[^}]*} \\S+) \\S+");

    /** A context with the same sampled span at all times. */
    public static final SpanContext SPANS = new SpanContext() {
        @Override
        public String getCurrentTraceId() {
            return "00000000000000000000000000000001";
        }

        @Override
        public String getCurrentSpanId() {
            return "0000000000000002";
        }

        @Override
        public boolean isCurrentSpanSampled() {
            return true;
        }

        @Override
        public void markCurrentSpanAsExemplar() {}
    };

    private static String openMetrics(@Nullable SpanContext spans, boolean perCpu) {
        Peers peers = new Peers(spans).doing(registry -> {
            registry.counter("c").increment(3);
            registry.counter("one").increment();
            registry.timer("t").record(Duration.ofMillis(1500));
            Timer.builder("h")
                    .serviceLevelObjectives(Duration.ofSeconds(1), Duration.ofSeconds(2))
                    .register(registry)
                    .record(Duration.ofMillis(1500));
            registry.summary("s").record(7);
        });
        String text = perCpu ? peers.perCpu.scrape(Peers.OPEN_METRICS) : peers.micrometer.scrape(Peers.OPEN_METRICS);
        return TIMES.matcher(text).replaceAll("$1");
    }

    @Test
    void shouldSampleTheSameSpansAsMicrometer() {
        String text = openMetrics(SPANS, true);

        assertThat(text)
                .isEqualTo(openMetrics(SPANS, false))
                .contains(
                        "c_total 3.0 " + SPAN + "3.0",
                        "one_total 1.0 " + SPAN + "1.0",
                        "t_seconds_count 1 " + SPAN + "1.5",
                        "h_seconds_bucket{le=\"2.0\"} 1 " + SPAN + "1.5",
                        "s_count 1 " + SPAN + "7.0");
    }

    @Test
    void shouldSampleEqualObservationsOnce() {
        Peers peers = new Peers(SPANS);
        ((PerCpuTimer) peers.perCpu.timer("t")).record(1500, TimeUnit.MILLISECONDS, 4);
        ((PerCpuDistributionSummary) peers.perCpu.summary("s")).record(7, 4);

        assertThat(peers.perCpu.scrape(Peers.OPEN_METRICS))
                .contains("t_seconds_count 4 " + SPAN + "1.5", "s_count 4 " + SPAN + "7.0");
    }

    @Test
    void shouldSampleNothingWithoutSpans() {
        assertThat(openMetrics(null, true)).doesNotContain("trace_id").isEqualTo(openMetrics(null, false));
    }
}
