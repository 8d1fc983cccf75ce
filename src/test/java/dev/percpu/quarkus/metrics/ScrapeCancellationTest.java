package dev.percpu.quarkus.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.percpu.registry.ScrapeFailure;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScrapeCancellationTest {
    private final ScrapeCancellation cancellation =
            new ScrapeCancellation(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));

    @Test
    void shouldInterruptTheWorkerAndClearTheInterruptWhenItLeaves() throws ScrapeEndedException {
        cancellation.enter();
        assertThat(cancellation.reason()).isNull();

        cancellation.cancel(ScrapeFailure.GONE);
        cancellation.cancel(ScrapeFailure.TIMEOUT);

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(cancellation.reason()).isEqualTo(ScrapeFailure.GONE);
        cancellation.leave();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldNotInterruptAThreadThatHasLeft() throws ScrapeEndedException {
        cancellation.enter();
        cancellation.leave();

        cancellation.cancel(ScrapeFailure.GONE);

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldKeepAnInterruptOfAnotherThread() throws ScrapeEndedException {
        cancellation.enter();
        Thread.currentThread().interrupt();
        cancellation.leave();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldNotStartACanceledScrape() {
        cancellation.cancel(ScrapeFailure.GONE);

        assertThatExceptionOfType(ScrapeEndedException.class)
                .isThrownBy(cancellation::enter)
                .satisfies(ended -> assertThat(ended.reason()).isEqualTo(ScrapeFailure.GONE));
        assertThatExceptionOfType(ScrapeEndedException.class)
                .isThrownBy(new ScrapeCancellation(System.nanoTime())::enter)
                .satisfies(ended -> assertThat(ended.reason()).isEqualTo(ScrapeFailure.TIMEOUT));
        cancellation.leave();
        assertThat(Thread.interrupted()).isFalse();
    }
}
