/**
 * The route, method and status labels of a request, and the timers held for each.
 *
 * <p>A path becomes the template of the route that answered it. A method becomes one of a fixed list.
 *
 * <p>Imports {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.quarkus.request.route;

import org.jspecify.annotations.NullMarked;
