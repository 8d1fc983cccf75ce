/**
 * The microservice: its health checks, and a filter for the meters of Micrometer's binders.
 *
 * <p>The sub-package {@code status} serves the page and {@code /api}, and {@code ingest} starts and stops ingest. Code that any Quarkus application needs belongs in package {@code quarkus}.
 *
 * <p>Imports every package.
 */
@NullMarked
package dev.percpu.service;

import org.jspecify.annotations.NullMarked;
