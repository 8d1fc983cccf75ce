package dev.percpu.spring;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** The endpoint {@code prometheus} of an application on servlets (Spring MVC, Jersey). Thread-safe. */
@WebEndpoint(id = "prometheus")
final class ServletScrapeEndpoint {
    /** Attribute of a request that Spring MVC handles: {@code DispatcherServlet.WEB_APPLICATION_CONTEXT_ATTRIBUTE}. */
    static final String MVC_REQUEST = "org.springframework.web.servlet.DispatcherServlet.CONTEXT";

    private final ScrapeResponder responder;

    ServletScrapeEndpoint(ScrapeResponder responder) {
        this.responder = responder;
    }

    /** Returns a scrape. An endpoint does not receive its request, so this method reads the current one. */
    @ReadOperation(producesFrom = NegotiatedType.class)
    WebEndpointResponse<Object> scrape(NegotiatedType type) {
        if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)) {
            return responder.respond(null, Map.of(), ScrapeBuffer::copy);
        }
        HttpServletRequest request = attributes.getRequest();
        Map<String, List<String>> parameters = request.getParameterMap().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, parameter -> Arrays.asList(parameter.getValue())));
        // Jersey may encode a body after this method has returned, so only Jersey knows its length.
        HttpServletResponse response = request.getAttribute(MVC_REQUEST) == null ? null : attributes.getResponse();
        return responder.respond(
                Collections.list(request.getHeaders("Accept")),
                parameters,
                scrape -> response == null ? scrape.copy() : resource(scrape, response));
    }

    /** Spring MVC writes this kind of resource as it is, without ranges, and does not know its length. */
    private static Resource resource(ScrapeBuffer scrape, HttpServletResponse response) {
        response.setContentLength(scrape.size());
        return new InputStreamResource(scrape.stream());
    }
}
