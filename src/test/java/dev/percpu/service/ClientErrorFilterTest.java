package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientErrorFilterTest {
    private static final String ROUTER = "io.vertx.ext.web.RoutingContext";
    private static final String CONNECTION = "io.vertx.core.net.impl.ConnectionBase";

    private long nanos;
    private final ClientErrorFilter filter = new ClientErrorFilter(() -> nanos);

    @Test
    void shouldLetOneLinePerKindAndMinutePass() {
        assertThat(filter.isLoggable(error(ROUTER, "request failed", client("%zz"))))
                .isTrue();
        assertThat(filter.isLoggable(error(ROUTER, "request failed", client("%yy"))))
                .isFalse();
        assertThat(filter.isLoggable(error(CONNECTION, "request failed", client("%zz"))))
                .isTrue();

        nanos += TimeUnit.SECONDS.toNanos(59);
        assertThat(filter.isLoggable(error(ROUTER, "request failed", client("%zz"))))
                .isFalse();
        nanos += TimeUnit.SECONDS.toNanos(1);
        assertThat(filter.isLoggable(error(ROUTER, "request failed", client("%zz"))))
                .isTrue();
    }

    @Test
    void shouldCompareMessagesWithoutExceptionUpToTheirFirstNumber() {
        assertThat(filter.isLoggable(error(CONNECTION, "Frame length 5 invalid.", null)))
                .isTrue();
        assertThat(filter.isLoggable(error(CONNECTION, "Frame length 7 invalid.", null)))
                .isFalse();
        assertThat(filter.isLoggable(error(CONNECTION, "First received frame was not SETTINGS.", null)))
                .isTrue();
    }

    @Test
    void shouldReplaceTheStackTraceByItsFirstLine() {
        ExtLogRecord record = error(ROUTER, "request %s failed", client("%zz"));
        record.setParameters(new Object[] {"/a"});

        assertThat(filter.isLoggable(record)).isTrue();
        assertThat(record.getThrown()).isNull();
        assertThat(new PatternFormatter("%s").formatMessage(record))
                .isEqualTo("request /a failed: java.lang.IllegalArgumentException: Invalid escape sequence: %zz");
    }

    @Test
    void shouldPassOtherErrorsUnchanged() {
        IllegalArgumentException ours = new IllegalArgumentException("ours"); // has a frame of this test
        for (int i = 0; i < 2; i++) {
            ExtLogRecord record = error(ROUTER, "request failed", ours);
            assertThat(filter.isLoggable(record)).isTrue();
            assertThat(record.getThrown()).isSameAs(ours);
            assertThat(filter.isLoggable(error(ROUTER, "request failed", withTrace(new OutOfMemoryError()))))
                    .isTrue();
            assertThat(filter.isLoggable(error("dev.percpu", "request failed", client("%zz"))))
                    .isTrue();
        }
    }

    private static ExtLogRecord error(String logger, String message, @Nullable Throwable thrown) {
        ExtLogRecord record = new ExtLogRecord(Level.SEVERE, message, ExtLogRecord.FormatStyle.PRINTF, "test");
        record.setLoggerName(logger);
        record.setThrown(thrown);
        return record;
    }

    private static Throwable client(String escape) {
        return withTrace(new IllegalArgumentException("Invalid escape sequence: " + escape));
    }

    private static Throwable withTrace(Throwable thrown) {
        thrown.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("io.vertx.core.net.impl.URIDecoder", "decode", "URIDecoder.java", 1),
            new StackTraceElement("dev.percpu.quarkus.request.PipeliningLimit", "feed", "PipeliningLimit.java", 1)
        });
        return thrown;
    }
}
