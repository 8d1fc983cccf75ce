package dev.percpu;

import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Drops the warnings and errors that tests provoke on purpose, so that the log of a passing run has none. Every other record is printed.
 *
 * <p>JUnit finds this listener by {@code META-INF/services}. A warning is named by its logger and its text: a new warning, and an old one
 * with another text, still appear in the log.
 */
public final class ProvokedWarnings implements TestExecutionListener {
    private static final String REGISTRY = "dev.percpu.registry.";
    private static final String SCRAPE = "dev.percpu.scrape.";
    private static final String REQUEST = "dev.percpu.quarkus.request.";

    /** A logger, and a pattern that the message or the exception of a provoked record contains. */
    private record Provoked(String logger, Pattern text) {
        Provoked(String logger, String text) {
            this(logger, Pattern.compile(text));
        }

        boolean matches(LogRecord logged) {
            return logger.equals(logged.getLoggerName())
                    && text.matcher(logged.getMessage() + " " + logged.getThrown())
                            .find();
        }
    }

    private static final List<Provoked> PROVOKED = List.of(
            new Provoked("dev.percpu.meter.PerCpuTimer", "must be at least [01], but was"),
            new Provoked("dev.percpu.meter.SpanExemplars", "on purpose"),
            new Provoked("dev.percpu.meter.NanOnFailureGauge", "on purpose|no value"),
            new Provoked("dev.percpu.family.FamilyValues", "left out of the scrape"),
            new Provoked(
                    REGISTRY + "PerCpuMeterRegistry",
                    "not exposed to Prometheus|Pause detection|MeterFilter is being configured"),
            new Provoked(REGISTRY + "ScrapeHandler", "on purpose"),
            new Provoked(REGISTRY + "SeriesLimit", "is reached|which is the maximum"),
            new Provoked(REGISTRY + "WindowRotator", "rotation failed"),
            new Provoked(
                    SCRAPE + "FunctionMeterCollector",
                    "did not return within|have not returned|failed .*(on purpose|no value|no measure|-1\\.0)"
                            + "|the collector dev\\.percpu\\.\\S*Test\\S* failed"),
            new Provoked(SCRAPE + "ExternalCollectors", "left out of the scrape"),
            new Provoked(SCRAPE + "EscapableSeries", "cannot write the names of their labels"),
            new Provoked(SCRAPE + "SortedSeries", "left out of the scrape"),
            new Provoked("dev.percpu.ingest.RejectionLog", "\"bad"),
            new Provoked(REQUEST + "ContributedTags", "on purpose"),
            new Provoked(REQUEST + "route.RegistrationBackoff", "on purpose|could not be registered"),
            new Provoked(REQUEST + "route.UriTable", "has reached its limit"),
            new Provoked("dev.percpu.quarkus.metrics.MetricsRoute", "on purpose"),
            new Provoked("io.quarkus.vertx.http.runtime.QuarkusErrorHandler", "on purpose|Request too large"),
            new Provoked("io.vertx.core.http.impl.HttpClientRequestImpl", "Connection was closed|Stream reset"),
            new Provoked("io.vertx.ext.web.RoutingContext", "^Unhandled exception in router null$"),
            new Provoked(
                    "org.springframework.context.annotation.AnnotationConfigApplicationContext",
                    "The configuration is invalid"),
            // NumaNodesTest makes the symbolic links of a sysfs.
            new Provoked("org.junit.jupiter.engine.extension.TempDirectory$CloseablePath", "Deleting symbolic link"),
            // The peer, in tests that give it bad input.
            new Provoked("io.micrometer.core.instrument.MeterRegistry", "already registered"),
            new Provoked("io.micrometer.core.instrument.AbstractTimer", "should not be negative"),
            new Provoked("io.micrometer.core.instrument.internal.DefaultGauge", "no value"),
            new Provoked(
                    "io.micrometer.prometheusmetrics.PrometheusMeterRegistry",
                    "registration has failed|MeterFilter is being configured"));

    /** Applies before every container and test: Quarkus sets filters of its own when it starts an application. */
    @Override
    public void executionStarted(TestIdentifier test) {
        // Filters on the handlers, not on the loggers: tests read provoked records by handlers of their own.
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            if (!(handler.getFilter() instanceof Unprovoked)) {
                handler.setFilter(new Unprovoked(handler.getFilter()));
            }
        }
    }

    /** A filter that drops provoked records, and then applies the filter that the handler had. */
    private record Unprovoked(@Nullable Filter next) implements Filter {
        @Override
        public boolean isLoggable(LogRecord logged) {
            boolean provoked = logged.getLevel().intValue() >= Level.WARNING.intValue()
                    && PROVOKED.stream().anyMatch(it -> it.matches(logged));
            return !provoked && (next == null || next.isLoggable(logged));
        }
    }
}
