package dev.percpu.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.annotation.DiscoveredOperationMethod;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoker.cache.CachingOperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.io.Resource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;

/** The endpoints as Boot calls them, each with the same requests. The examples in {@code src/it} send requests to servers. */
class ScrapeEndpointTest {
    private static final String PROMETHEUS_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
            + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
            + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT);
    private final PerCpuMeters meters = new PerCpuMeters(registry);
    private final ScrapeResponder responder = new ScrapeResponder(registry, meters);
    private final ServletScrapeEndpoint servlets = new ServletScrapeEndpoint(responder);
    private final ReactiveScrapeEndpoint webFlux = new ReactiveScrapeEndpoint(responder);

    private MockHttpServletResponse response = new MockHttpServletResponse();

    ScrapeEndpointTest() {
        registry.counter("a", "shop", "north").increment();
        registry.counter("b").increment(2);
    }

    @AfterEach
    void close() {
        RequestContextHolder.resetRequestAttributes();
        registry.close();
    }

    enum Kind {
        SERVLETS,
        WEB_FLUX
    }

    private WebEndpointResponse<Object> get(Kind kind, String accept, String parameter, String... values) {
        return kind == Kind.SERVLETS ? servlet(accept, parameter, values) : reactive(accept, parameter, values);
    }

    private WebEndpointResponse<Object> servlet(String accept, String parameter, String... values) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        if (accept != null) {
            request.addHeader("Accept", accept);
        }
        if (parameter != null) {
            request.setParameter(parameter, values);
        }
        request.setAttribute(ServletScrapeEndpoint.MVC_REQUEST, new Object());
        this.response = new MockHttpServletResponse();
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request, response));
        return servlets.scrape(NegotiatedType.ANY);
    }

    private WebEndpointResponse<Object> reactive(String accept, String parameter, String... values) {
        MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.get("/actuator/prometheus");
        if (accept != null) {
            request.header("Accept", accept);
        }
        if (parameter != null) {
            request.queryParam(parameter, (Object[]) values);
        }
        MockServerWebExchange exchange = MockServerWebExchange.from(request);
        return Objects.requireNonNull(webFlux.scrape(NegotiatedType.ANY)
                .contextWrite(
                        context -> context.put(ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE, exchange))
                .block());
    }

    private static String text(WebEndpointResponse<Object> response) {
        return new String(bytes(response), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(WebEndpointResponse<Object> response) {
        if (response.getBody() instanceof byte[] body) {
            return body;
        }
        try (InputStream body = ((Resource) Objects.requireNonNull(response.getBody())).getInputStream()) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SERVLETS||text/plain;version=0.0.4;charset=utf-8",
                "WEB_FLUX||text/plain;version=0.0.4;charset=utf-8",
                "SERVLETS|*/*|text/plain;version=0.0.4;charset=utf-8",
                "SERVLETS|" + PROMETHEUS_3
                        + "|application/openmetrics-text;version=1.0.0;charset=utf-8;escaping=allow-utf-8",
                "WEB_FLUX|" + PROMETHEUS_3
                        + "|application/openmetrics-text;version=1.0.0;charset=utf-8;escaping=allow-utf-8",
                "SERVLETS|application/openmetrics-text;q=0.2, text/plain;q=0.5|text/plain;version=0.0.4;charset=utf-8",
                "WEB_FLUX|application/openmetrics-text;q=0.2, text/plain;q=0.5|text/plain;version=0.0.4;charset=utf-8",
                "SERVLETS|application/vnd.google.protobuf|application/vnd.google.protobuf;"
                        + "proto=io.prometheus.client.MetricFamily;encoding=delimited",
                "WEB_FLUX|application/vnd.google.protobuf|application/vnd.google.protobuf;"
                        + "proto=io.prometheus.client.MetricFamily;encoding=delimited"
            })
    void shouldRespondInTheNegotiatedFormat(Kind kind, String accept, String contentType) throws Exception {
        WebEndpointResponse<Object> response = get(kind, accept, null);

        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(Objects.requireNonNull(response.getContentType()).toString()).isEqualTo(contentType);
        assertThat(text(response)).isEqualTo(registry.scrape(contentType));
    }

    @ParameterizedTest
    @CsvSource({"SERVLETS, image/png, 406", "WEB_FLUX, image/png, 406", "SERVLETS, text, 400", "WEB_FLUX, text, 400"})
    void shouldRejectARequestThatCannotBeAnswered(Kind kind, String accept, int status) {
        WebEndpointResponse<Object> response = get(kind, accept, null);

        assertThat(response.getStatus()).isEqualTo(status);
        assertThat(Objects.requireNonNull(response.getContentType()).toString()).startsWith("text/plain");
        assertThat(text(response)).contains("Accept").endsWith(".\n");
    }

    @ParameterizedTest
    @EnumSource
    void shouldSelectFamilies(Kind kind) {
        assertThat(text(get(kind, null, "name[]", "a_total", "c")))
                .contains("a_total{shop=\"north\"} 1.0")
                .doesNotContain("b_total");
        assertThat(text(get(kind, null, "includedNames", "a,b_total"))).contains("a_total", "b_total 2.0");
        assertThat(text(get(kind, null, "includedNames", "b")))
                .contains("b_total")
                .doesNotContain("a_total");
        assertThat(text(get(kind, null, "other", "b"))).contains("a_total", "b_total");
    }

    @Test
    void shouldRespondInTextIfTheRequestIsNotKnown() {
        assertThat(text(servlets.scrape(NegotiatedType.ANY))).isEqualTo(registry.scrape());
        assertThat(text(Objects.requireNonNull(
                        webFlux.scrape(NegotiatedType.ANY).block())))
                .isEqualTo(registry.scrape());
    }

    @Test
    void shouldReuseTheBufferOfAServletResponseOnlyAfterItsEnd() throws IOException {
        String before = registry.scrape();
        InputStream unread =
                ((Resource) Objects.requireNonNull(servlet(null, null).getBody())).getInputStream();
        assertThat(response.getContentLength()).isEqualTo(before.length());

        registry.counter("a", "shop", "north").increment();
        assertThat(text(servlet(null, null))).isEqualTo(registry.scrape());
        assertThat(new String(unread.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(before);

        unread.close();
        String then = registry.scrape();
        WebEndpointResponse<Object> later = servlet(null, null);
        unread.close(); // of no effect on the response that has its buffer now
        registry.counter("a", "shop", "north").increment();
        assertThat(text(servlet(null, null))).isNotEqualTo(then);
        assertThat(unread.read()).isEqualTo(-1);
        assertThat(text(later)).isEqualTo(then);
    }

    @Test
    void shouldRespondByACopyIfTheResponseIsNotKnown() {
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));

        assertThat(servlets.scrape(NegotiatedType.ANY).getBody())
                .isEqualTo(registry.scrape().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldNotSetTheLengthOfABodyThatJerseyMayEncode() {
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest(), response));

        assertThat(servlets.scrape(NegotiatedType.ANY).getBody())
                .isEqualTo(registry.scrape().getBytes(StandardCharsets.UTF_8));
        assertThat(response.getHeader("Content-Length")).isNull();
    }

    @Test
    void shouldRecordScrapes() {
        meters.bindTo(registry);

        int bytes = bytes(servlet(null, null)).length;

        assertThat(registry.scrape())
                .contains("percpu_scrape_seconds_count 1\n", "percpu_scrape_bytes_sum " + (double) bytes);
    }

    @Test
    void shouldLetBootNeitherSelectTheFormatNorCacheAResponse() {
        for (Class<?> endpoint : List.of(ServletScrapeEndpoint.class, ReactiveScrapeEndpoint.class)) {
            Method method = Arrays.stream(endpoint.getDeclaredMethods())
                    .filter(it -> it.isAnnotationPresent(ReadOperation.class))
                    .findAny()
                    .orElseThrow();
            AnnotationAttributes attributes =
                    AnnotatedElementUtils.getMergedAnnotationAttributes(method, ReadOperation.class);
            DiscoveredOperationMethod operation = new DiscoveredOperationMethod(method, OperationType.READ, attributes);

            assertThat(operation.getProducesMediaTypes()).containsExactly("*/*");
            OperationInvoker invoker = context -> null;
            assertThat(new CachingOperationInvokerAdvisor(id -> 60_000L)
                            .apply(EndpointId.of("prometheus"), OperationType.READ, operation.getParameters(), invoker))
                    .isSameAs(invoker);
        }
    }
}
