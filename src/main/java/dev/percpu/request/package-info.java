/**
 * HTTP server requests as meters: what Vert.x tells about servers, connections and requests is recorded under the names and labels
 * that Quarkus users know ({@code http.server.requests} and its companions).
 *
 * <p>What belongs here: the hook into Vert.x' metrics interface, the choice of label values, the look-up of meters. What does not:
 * how a meter is stored (package {@code meter}) and anything a user of the service calls (package {@code service}).
 *
 * <p>Two rules hold everywhere. A label value never comes from a client: a path is the template of the route that answered it, a
 * method is one of a fixed list. And a meter is looked up once per route, method and status; after that a request costs two clock
 * readings, one small object and one record.
 */
@NullMarked
package dev.percpu.request;

import org.jspecify.annotations.NullMarked;
