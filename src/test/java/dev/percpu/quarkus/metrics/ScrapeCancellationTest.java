package dev.percpu.quarkus.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.percpu.registry.ScrapeFailure;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScrapeCancellationTest {
    private final ScrapeCancellation watch = new ScrapeCancellation(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));

    @Test
    void shouldInterruptTheThreadThatWorksAndClearThatWhenItLeaves() throws ScrapeEndedException {
        watch.enter();
        assertThat(watch.reason()).isNull();

        watch.end(ScrapeFailure.GONE);
        watch.end(ScrapeFailure.TIMEOUT);

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(watch.reason()).isEqualTo(ScrapeFailure.GONE);
        watch.leave();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldLeaveAThreadAloneThatHasLeft() throws ScrapeEndedException {
        watch.enter();
        watch.leave();

        watch.end(ScrapeFailure.GONE);

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldKeepAnInterruptThatCameFromElsewhere() throws ScrapeEndedException {
        watch.enter();
        Thread.currentThread().interrupt();
        watch.leave();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldNotBeginWhatNobodyWaitsFor() {
        watch.end(ScrapeFailure.GONE);

        assertThatExceptionOfType(ScrapeEndedException.class)
                .isThrownBy(watch::enter)
                .satisfies(ended -> assertThat(ended.reason()).isEqualTo(ScrapeFailure.GONE));
        assertThatExceptionOfType(ScrapeEndedException.class)
                .isThrownBy(new ScrapeCancellation(System.nanoTime())::enter)
                .satisfies(ended -> assertThat(ended.reason()).isEqualTo(ScrapeFailure.TIMEOUT));
        watch.leave();
        assertThat(Thread.interrupted()).isFalse();
    }
}
