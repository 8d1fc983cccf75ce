package dev.percpu.quarkus.request;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Tags;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.List;

/**
 * Labels that the application adds to those of a request that was answered, through Quarkus' own {@link
 * HttpServerMetricsTagsContributor}. As there, one that fails is left out, and a request without an answer has none.
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

    /** The labels of all contributors; of two with one name, that of the later. */
    Tags of(HttpServerRequestInternal request, HttpResponse response) {
        Answered context = new Answered(request, response);
        Tags tags = Tags.empty();
        for (HttpServerMetricsTagsContributor contributor : contributors) {
            try {
                tags = tags.and(contributor.contribute(context));
            } catch (RuntimeException e) {
                LOGGER.log("A contributor of tags to requests failed; its tags are missing", e);
            }
        }
        return tags;
    }

    private record Answered(HttpServerRequestInternal internal, HttpResponse response)
            implements HttpServerMetricsTagsContributor.Context {

        @Override
        public HttpServerRequest request() {
            return internal;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Quarkus has it
        public <T> T requestContextLocalData(Object key) {
            return internal.context().getLocal(key);
        }
    }
}
