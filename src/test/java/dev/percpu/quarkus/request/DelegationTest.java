package dev.percpu.quarkus.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.vertx.http.runtime.ExtendedQuarkusVertxHttpMetrics;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import io.vertx.core.spi.observability.HttpResponse;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever had Vert.x' metrics before goes on hearing everything, whatever methods Vert.x adds. */
class DelegationTest {

    private static final SocketAddress ADDRESS = SocketAddress.inetSocketAddress(8080, "localhost");

    private final List<String> heard = new ArrayList<>();

    static Stream<Method> vertxMethods() {
        return methods(VertxMetrics.class);
    }

    static Stream<Method> serverMethods() {
        return methods(HttpServerMetrics.class);
    }

    @ParameterizedTest
    @MethodSource("vertxMethods")
    void shouldPassOnEveryQuestionOfVertx(Method method) throws ReflectiveOperationException {
        ChainedVertxMetrics metrics =
                new ChainedVertxMetrics(listener(VertxMetrics.class, "previous"), source(/* uncounted= */ true));

        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(type -> type == int.class ? 7 : null)
                .toArray();
        method.invoke(metrics, arguments);

        assertThat(heard).containsExactly("previous " + method.getName() + Arrays.toString(arguments));
    }

    @ParameterizedTest
    @MethodSource("serverMethods")
    void shouldTellBothEveryEventEachWithWhatItKeeps(Method method) throws ReflectiveOperationException {
        CompositeHttpServerMetrics<?, ?, ?, ?, ?, ?> both = new CompositeHttpServerMetrics<>(server("a"), server("b"));
        Object[] pairs = Arrays.stream(method.getParameterTypes())
                .map(type -> type == Object.class
                        ? new CompositeHttpServerMetrics.Pair<>("a's", "b's")
                        : type == long.class ? 7L : null)
                .toArray();

        Object answer = method.invoke(both, pairs);

        String rest = Arrays.stream(method.getParameterTypes())
                .map(type -> type == Object.class ? "%s's" : type == long.class ? "7" : "null")
                .toList()
                .toString();
        assertThat(heard)
                .containsExactly(
                        "a " + method.getName() + rest.replace("%s", "a"),
                        "b " + method.getName() + rest.replace("%s", "b"));
        if (method.getReturnType() != void.class) {
            assertThat(answer).isEqualTo(new CompositeHttpServerMetrics.Pair<>("from a", "from b"));
        }
    }

    @ParameterizedTest
    @MethodSource("serverMethods")
    void shouldBearEventsBeforeThereIsAnythingToKeep(Method method) throws ReflectiveOperationException {
        CompositeHttpServerMetrics<?, ?, ?, ?, ?, ?> both = new CompositeHttpServerMetrics<>(server("a"), server("b"));
        Object[] nothing = Arrays.stream(method.getParameterTypes())
                .map(type -> type == long.class ? 7L : null)
                .toArray();

        method.invoke(both, nothing);

        assertThat(heard).hasSize(2);
    }

    @Test
    void shouldHearOfAPushThatThePreviousMetricsFailAt() {
        HttpServerMetrics<Object, Object, Object> failing = new HttpServerMetrics<>() {
            @Override
            public Object responsePushed(Object connection, HttpMethod method, String uri, HttpResponse response) {
                throw new IllegalStateException("on purpose");
            }
        };

        assertThatThrownBy(() -> new CompositeHttpServerMetrics<>(failing, server("b"))
                        .responsePushed(null, HttpMethod.GET, "/x", null))
                .hasMessage("on purpose");

        assertThat(heard).singleElement().asString().startsWith("b responsePushed");
    }

    @Test
    void shouldKeepThePreviousServerMetricsOnlyWhereThereAreAny() {
        HttpServerMetrics<?, ?, ?> theirs = new HttpServerMetrics<>() {};
        VertxMetrics silent = new VertxMetrics() {};
        VertxMetrics speaking = new VertxMetrics() {
            @Override
            public HttpServerMetrics<?, ?, ?> createHttpServerMetrics(
                    HttpServerOptions options, SocketAddress address) {
                return theirs;
            }
        };
        HttpServerOptions options = new HttpServerOptions();

        assertThat(new ChainedVertxMetrics(null, source(false)).createHttpServerMetrics(options, ADDRESS))
                .isInstanceOf(HttpServerMetricsAdapter.class);
        assertThat(new ChainedVertxMetrics(silent, source(false)).createHttpServerMetrics(options, ADDRESS))
                .isInstanceOf(HttpServerMetricsAdapter.class);
        assertThat(new ChainedVertxMetrics(speaking, source(false)).createHttpServerMetrics(options, ADDRESS))
                .isInstanceOf(CompositeHttpServerMetrics.class);
        assertThat(new ChainedVertxMetrics(speaking, source(true)).createHttpServerMetrics(options, ADDRESS))
                .isSameAs(theirs);
        assertThat(new ChainedVertxMetrics(silent, source(true)).createHttpServerMetrics(options, ADDRESS))
                .isNull();
    }

    @Test
    void shouldHaveAConnectionTrackerWhetherOrNotThePreviousOneHas() {
        AtomicInteger current = new AtomicInteger();
        ExtendedQuarkusVertxHttpMetrics.ConnectionTracker none =
                new ChainedVertxMetrics(null, source(false)).getHttpConnectionTracker();
        none.initialize(7, current);
        none.onConnectionRejected();
        assertThat(heard).isEmpty();

        ChainedVertxMetrics tracking = new ChainedVertxMetrics(new Tracking(), source(false));
        tracking.getHttpConnectionTracker().initialize(7, current);
        tracking.getHttpConnectionTracker().initialize(7, current);
        tracking.getHttpConnectionTracker().onConnectionRejected();
        tracking.getHttpConnectionTracker().onConnectionRejected();
        assertThat(heard)
                .containsExactly(
                        "tracker initialize[7, 0]", "tracker onConnectionRejected[]", "tracker onConnectionRejected[]");
    }

    @Test
    @SuppressWarnings("deprecation") // setFactory, which Quarkus' OpenTelemetry extension uses as well
    void shouldAskThePreviousFactoryOnlyIfItIsEnabled() {
        VertxMetrics theirs = listener(VertxMetrics.class, "previous");
        MetricsOptions disabled = new MetricsOptions().setFactory(options -> theirs);
        MetricsOptions enabled = new MetricsOptions().setEnabled(true).setFactory(options -> theirs);

        ask(disabled);
        assertThat(heard).isEmpty();
        ask(new MetricsOptions().setEnabled(true));
        assertThat(heard).isEmpty();
        ask(enabled);
        assertThat(heard).containsExactly("previous createEventBusMetrics[]");
    }

    private void ask(MetricsOptions previous) {
        VertxOptions options = new VertxOptions();
        ChainedMetricsOptions chained = new ChainedMetricsOptions(previous, source(false));
        options.setMetricsOptions(chained);
        // As Vert.x does: from a copy, which has been through newOptions.
        options.setMetricsOptions(chained.getFactory().newOptions(new MetricsOptions(chained)));
        assertThat(options.getMetricsOptions().isEnabled()).isTrue();
        options.getMetricsOptions().getFactory().metrics(options).createEventBusMetrics();
    }

    private final class Tracking implements VertxMetrics, ExtendedQuarkusVertxHttpMetrics {
        @Override
        public ConnectionTracker getHttpConnectionTracker() {
            return listener(ConnectionTracker.class, "tracker");
        }
    }

    private static ServerMetricsSource source(boolean uncounted) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        return new ServerMetricsSource(() -> Recordings.to(registry, Recordings.ALL), (options, address) -> uncounted);
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !method.getName().startsWith("isMetricsEnabled"));
    }

    @SuppressWarnings("unchecked")
    private HttpServerMetrics<Object, Object, Object> server(String name) {
        return listener(HttpServerMetrics.class, name);
    }

    @SuppressWarnings("unchecked")
    private <T> T listener(Class<T> type, String name) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            heard.add(name + " " + method.getName() + (arguments == null ? "[]" : Arrays.toString(arguments)));
            return method.getReturnType() == Object.class ? "from " + name : null;
        });
    }
}
