/**
 * The endpoints {@code /api/rseq}, {@code /api/cpus} and {@code /api/requests}, the objects that they return as JSON, and the page that shows
 * them: its template, style and scripts are in the resources of {@code /page}.
 *
 * <p>Imports {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.service.status;

import org.jspecify.annotations.NullMarked;
