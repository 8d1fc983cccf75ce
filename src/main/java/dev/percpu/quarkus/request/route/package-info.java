/**
 * The labels of a request (route, method, status) and the timers with these labels.
 *
 * <p>The label {@code uri} is the template of the route that handled the request. The label {@code method} is one of a fixed list.
 *
 * <p>Imports {@code settings} only.
 */
@NullMarked
package dev.percpu.quarkus.request.route;

import org.jspecify.annotations.NullMarked;
