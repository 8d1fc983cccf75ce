/**
 * The microservice: start-up, page and health.
 *
 * <p>The sub-package {@code status} serves {@code /api}. Code that any Quarkus application needs belongs in package {@code quarkus}.
 *
 * <p>Imports every package.
 */
@NullMarked
package dev.percpu.service;

import org.jspecify.annotations.NullMarked;
