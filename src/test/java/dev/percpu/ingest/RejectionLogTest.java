package dev.percpu.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RejectionLogTest {
    private static final Logger LOGGER = Logger.getLogger(RejectionLog.class.getName());

    private final List<String> logged = new ArrayList<>();

    private final Thread test = Thread.currentThread();

    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (Thread.currentThread() == test) { // other tests run at the same time
                logged.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void ignore() {
        LOGGER.removeHandler(handler);
    }

    @Test
    void shouldLogOneRejectionAMinuteWithEscapedText() {
        RejectionLog log = new RejectionLog("StatsD", 0);
        long minute = TimeUnit.MINUTES.toNanos(1);
        byte[] text = "bad\n\u00ff\"\\".getBytes(StandardCharsets.ISO_8859_1);
        for (long now = 0; now < 2 * minute; now += minute / 10) {
            log.rejected(now, RejectReason.TYPE, "", text);
        }

        assertThat(logged).hasSize(2);
        assertThat(logged.getFirst())
                .isEqualTo(
                        "StatsD rejected \"bad\\x0a\\xff\\x22\\x5c\": the type must be c, g, ms, h or d, and one if there are tags."
                                + " Rejections are counted; at most one a minute is logged.");
        assertThat(log.isDue(2 * minute - 1)).isFalse();
        assertThat(log.isDue(2 * minute)).isTrue();
    }

    @Test
    void shouldShortenText() {
        byte[] text = "bad".repeat(100).getBytes(StandardCharsets.US_ASCII);
        new RejectionLog("StatsD", 0).rejected(0, RejectReason.CONFLICT, "orders is a counter", text);

        assertThat(logged.getFirst())
                .contains("\"badbad", "...\": another family has this name (orders is a counter)")
                .hasSizeLessThan(400);
    }
}
