/**
 * The Vert.x metrics that record HTTP server requests, with the names and labels that Quarkus uses.
 *
 * <p>A label value never comes from a client. A meter is registered once for each route, method and status. After that, a request costs two
 * clock readings, one small object and one record.
 *
 * <p>Imports {@code quarkus}, {@code quarkus.request.route} and {@code registry}.
 */
@NullMarked
package dev.percpu.quarkus.request;

import org.jspecify.annotations.NullMarked;
