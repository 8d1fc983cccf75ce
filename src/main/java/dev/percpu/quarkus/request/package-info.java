/**
 * The Vert.x hook that records HTTP server requests under the names and labels that Quarkus writes.
 *
 * <p>Two rules hold. A label value never comes from a client. A meter is looked up once per route, method and status; afterwards a request
 * costs two clock readings, one small object and one record.
 *
 * <p>Imports {@code quarkus}, {@code quarkus.request.route}, {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.quarkus.request;

import org.jspecify.annotations.NullMarked;
