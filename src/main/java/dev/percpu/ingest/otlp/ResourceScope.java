package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.common.v1.InstrumentationScope;
import java.util.Map;

/**
 * The resource and the scope of metrics in a request. Immutable.
 *
 * <p>Many scopes can share a resource of many attributes, so what is needed of it is read once.
 *
 * @param resource digest of what identifies the resource
 * @param resourceAttributes attributes of the resource that labels are made of
 */
record ResourceScope(String resource, Map<String, String> resourceAttributes, InstrumentationScope scope) {
    /** Returns what identifies this resource and scope. */
    Identity identity() {
        String attributes = scope.getAttributesCount() == 0
                ? ""
                : Identity.of(0, scope.getAttributesList()).digest();
        return Identity.of(0, resource, scope.getName(), scope.getVersion(), attributes);
    }
}
