/**
 * OTLP metrics: decodes requests, translates names and labels, keeps the state of streams, and adds points to the cells of series. It names
 * no framework: {@code service.ingest} has the endpoint.
 *
 * <p>{@link dev.percpu.ingest.otlp.OtlpReceiver} is the entry point.
 *
 * <p>May import {@code registry} and the packages below it, {@code ingest} and {@code settings}.
 */
@NullMarked
package dev.percpu.ingest.otlp;

import org.jspecify.annotations.NullMarked;
