/**
 * The endpoints {@code /api/rseq} and {@code /api/cpus}, and the objects that they return as JSON.
 *
 * <p>Imports {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.service.status;

import org.jspecify.annotations.NullMarked;
