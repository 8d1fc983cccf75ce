/**
 * The endpoints {@code /api/rseq}, {@code /api/cpus} and {@code /api/requests}, and the objects that they return as JSON.
 *
 * <p>Imports {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.service.status;

import org.jspecify.annotations.NullMarked;
