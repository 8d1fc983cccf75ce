/**
 * The microservice: start-up, page and health.
 *
 * <p>The sub-package {@code status} serves {@code /api}. Does not belong here: anything that another Quarkus application needs (package
 * {@code quarkus}).
 *
 * <p>Imports every package.
 */
@NullMarked
package dev.percpu.service;

import org.jspecify.annotations.NullMarked;
