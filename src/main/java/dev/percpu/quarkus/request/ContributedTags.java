package dev.percpu.quarkus.request;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Tags;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.List;

/**
 * The labels that the application adds to an answered request, through Quarkus' {@link HttpServerMetricsTagsContributor}. As with Quarkus'
 * binder, a contributor that throws is skipped, and a request without a response gets no such labels.
 *
 * <p>Thread-safe if the contributors are.
 */
final class ContributedTags {

    static final ContributedTags NONE = new ContributedTags(List.of());

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(ContributedTags.class);

    private final List<HttpServerMetricsTagsContributor> contributors;

    ContributedTags(List<HttpServerMetricsTagsContributor> contributors) {
        this.contributors = List.copyOf(contributors);
    }

    boolean isEmpty() {
        return contributors.isEmpty();
    }

    /** Returns the labels of all contributors. Of two labels with the same name, the later one is used. */
    Tags of(HttpServerRequestInternal request, HttpResponse response) {
        RequestContext context = new RequestContext(request, response);
        Tags tags = Tags.empty();
        for (HttpServerMetricsTagsContributor contributor : contributors) {
            try {
                tags = tags.and(contributor.contribute(context));
            } catch (Throwable e) { // checked exceptions and errors too: a request must not hang because of its labels
                LOGGER.log("A contributor of request tags threw an exception; its tags are missing", e);
            }
        }
        return tags;
    }

    private record RequestContext(HttpServerRequestInternal internal, HttpResponse response)
            implements HttpServerMetricsTagsContributor.Context {

        @Override
        public HttpServerRequest request() {
            return internal;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // declared by Quarkus
        public <T> T requestContextLocalData(Object key) {
            return internal.context().getLocal(key);
        }
    }
}
