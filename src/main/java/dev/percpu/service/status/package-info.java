/**
 * The endpoints {@code /api/rseq}, {@code /api/cpus} and {@code /api/requests}, the objects that they return as JSON, and the page that shows
 * them: its template is {@code templates/page.html}, its style and scripts are in {@code META-INF/resources}.
 *
 * <p>Imports {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.service.status;

import org.jspecify.annotations.NullMarked;
