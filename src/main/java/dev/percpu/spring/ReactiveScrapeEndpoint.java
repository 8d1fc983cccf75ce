package dev.percpu.spring;

import java.util.Map;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The endpoint {@code prometheus} of an application on Spring WebFlux. Scrapes run on threads that may block. Thread-safe. */
@WebEndpoint(id = "prometheus")
final class ReactiveScrapeEndpoint {
    private final ScrapeResponder responder;

    ReactiveScrapeEndpoint(ScrapeResponder responder) {
        this.responder = responder;
    }

    /** Returns a scrape. An endpoint does not receive its request: {@link ServerWebExchangeContextFilter} puts it into the context. */
    @ReadOperation(producesFrom = NegotiatedType.class)
    Mono<WebEndpointResponse<Object>> scrape(NegotiatedType type) {
        return Mono.deferContextual(context -> Mono.just(ServerWebExchangeContextFilter.getExchange(context)
                        .map(ServerWebExchange::getRequest)
                        .map(this::respond)
                        .orElseGet(() -> responder.respond(null, Map.of(), ScrapeBuffer::copy))))
                .subscribeOn(Schedulers.boundedElastic());
    }

    private WebEndpointResponse<Object> respond(ServerHttpRequest request) {
        return responder.respond(
                request.getHeaders().getValuesAsList("Accept"), request.getQueryParams(), ScrapeBuffer::copy);
    }
}
