package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;

/** The resource and the scope of metrics. Immutable. */
record ResourceScope(Resource resource, InstrumentationScope scope) {
    /** Returns what identifies this resource and scope. */
    Identity identity() {
        String attributes = scope.getAttributesCount() == 0
                ? ""
                : Identity.of(0, scope.getAttributesList()).digest();
        return Identity.of(0, resource.getAttributesList(), scope.getName(), scope.getVersion(), attributes);
    }
}
