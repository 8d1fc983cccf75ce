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

/** Calls every method of the Vert.x interfaces by reflection, and checks that the previous metrics receive each call. */
class DelegationTest {

    private static final SocketAddress ADDRESS = SocketAddress.inetSocketAddress(8080, "localhost");

    private final List<String> calls = new ArrayList<>();

    static Stream<Method> vertxMethods() {
        return methods(VertxMetrics.class);
    }

    static Stream<Method> serverMethods() {
        return methods(HttpServerMetrics.class);
    }

    @ParameterizedTest
    @MethodSource("vertxMethods")
    void shouldDelegateEachMethodOfVertxMetrics(Method method) throws ReflectiveOperationException {
        ChainedVertxMetrics metrics =
                new ChainedVertxMetrics(listener(VertxMetrics.class, "previous"), servers(/* excluded= */ true), false);

        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(type -> type == int.class ? 7 : null)
                .toArray();
        method.invoke(metrics, arguments);

        assertThat(calls).containsExactly("previous " + method.getName() + Arrays.toString(arguments));
    }

    @ParameterizedTest
    @MethodSource("serverMethods")
    void shouldPassEachEventToBothWithTheirState(Method method) throws ReflectiveOperationException {
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
        assertThat(calls)
                .containsExactly(
                        "a " + method.getName() + rest.replace("%s", "a"),
                        "b " + method.getName() + rest.replace("%s", "b"));
        if (method.getReturnType() != void.class) {
            assertThat(answer).isEqualTo(new CompositeHttpServerMetrics.Pair<>("from a", "from b"));
        }
    }

    @ParameterizedTest
    @MethodSource("serverMethods")
    void shouldPassEventsWithoutState(Method method) throws ReflectiveOperationException {
        CompositeHttpServerMetrics<?, ?, ?, ?, ?, ?> both = new CompositeHttpServerMetrics<>(server("a"), server("b"));
        Object[] nothing = Arrays.stream(method.getParameterTypes())
                .map(type -> type == long.class ? 7L : null)
                .toArray();

        method.invoke(both, nothing);

        assertThat(calls).hasSize(2);
    }

    @Test
    void shouldPassAPushAfterTheFirstMetricsThrow() {
        HttpServerMetrics<Object, Object, Object> failing = new HttpServerMetrics<>() {
            @Override
            public Object responsePushed(Object connection, HttpMethod method, String uri, HttpResponse response) {
                throw new IllegalStateException("on purpose");
            }
        };

        assertThatThrownBy(() -> new CompositeHttpServerMetrics<>(failing, server("b"))
                        .responsePushed(null, HttpMethod.GET, "/x", null))
                .hasMessage("on purpose");

        assertThat(calls).singleElement().asString().startsWith("b responsePushed");
    }

    @Test
    void shouldCombineServerMetricsOnlyIfBothExist() {
        HttpServerMetrics<?, ?, ?> previousServer = new HttpServerMetrics<>() {};
        VertxMetrics withoutServers = new VertxMetrics() {};
        VertxMetrics withServers = new VertxMetrics() {
            @Override
            public HttpServerMetrics<?, ?, ?> createHttpServerMetrics(
                    HttpServerOptions options, SocketAddress address) {
                return previousServer;
            }
        };
        HttpServerOptions options = new HttpServerOptions();

        assertThat(new ChainedVertxMetrics(null, servers(false), false).createHttpServerMetrics(options, ADDRESS))
                .isInstanceOf(HttpServerMetricsAdapter.class);
        assertThat(new ChainedVertxMetrics(withoutServers, servers(false), false)
                        .createHttpServerMetrics(options, ADDRESS))
                .isInstanceOf(HttpServerMetricsAdapter.class);
        assertThat(new ChainedVertxMetrics(withServers, servers(false), false)
                        .createHttpServerMetrics(options, ADDRESS))
                .isInstanceOf(CompositeHttpServerMetrics.class);
        assertThat(new ChainedVertxMetrics(withServers, servers(true), false).createHttpServerMetrics(options, ADDRESS))
                .isSameAs(previousServer);
        assertThat(new ChainedVertxMetrics(withoutServers, servers(true), false)
                        .createHttpServerMetrics(options, ADDRESS))
                .isNull();
    }

    @Test
    void shouldProvideAConnectionTrackerInEachCase() {
        AtomicInteger current = new AtomicInteger();
        ExtendedQuarkusVertxHttpMetrics.ConnectionTracker none =
                new ChainedVertxMetrics(null, servers(false), false).getHttpConnectionTracker();
        none.initialize(7, current);
        none.onConnectionRejected();
        assertThat(calls).isEmpty();

        ChainedVertxMetrics tracking = new ChainedVertxMetrics(new Tracking(), servers(false), false);
        tracking.getHttpConnectionTracker().initialize(7, current);
        tracking.getHttpConnectionTracker().initialize(7, current);
        tracking.getHttpConnectionTracker().onConnectionRejected();
        tracking.getHttpConnectionTracker().onConnectionRejected();
        assertThat(calls)
                .containsExactly(
                        "tracker initialize[7, 0]", "tracker onConnectionRejected[]", "tracker onConnectionRejected[]");
    }

    @Test
    @SuppressWarnings("deprecation") // setFactory, which Quarkus' OpenTelemetry extension uses as well
    void shouldCallThePreviousFactoryOnlyIfEnabled() {
        VertxMetrics previous = listener(VertxMetrics.class, "previous");
        MetricsOptions disabled = new MetricsOptions().setFactory(options -> previous);
        MetricsOptions enabled = new MetricsOptions().setEnabled(true).setFactory(options -> previous);

        createMetrics(disabled);
        assertThat(calls).isEmpty();
        createMetrics(new MetricsOptions().setEnabled(true));
        assertThat(calls).isEmpty();
        createMetrics(enabled);
        assertThat(calls).containsExactly("previous createEventBusMetrics[]");
    }

    private void createMetrics(MetricsOptions previous) {
        VertxOptions options = new VertxOptions();
        ChainedMetricsOptions chained = new ChainedMetricsOptions(previous, servers(false), false);
        options.setMetricsOptions(chained);
        // Vert.x creates the metrics from a copy that newOptions has returned.
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

    private static HttpServerMetricsFactory servers(boolean excluded) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        return new HttpServerMetricsFactory(
                () -> Recordings.shared(registry, Recordings.ALL), (options, address) -> excluded, false);
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
            calls.add(name + " " + method.getName() + (arguments == null ? "[]" : Arrays.toString(arguments)));
            return method.getReturnType() == Object.class ? "from " + name : null;
        });
    }
}
