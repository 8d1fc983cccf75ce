/**
 * The service around the registry: what it answers over HTTP, how it is configured, how its parts are put together (Quarkus).
 *
 * <p>What belongs here: REST resources, the scrape's route, the status page's data, health checks, configuration, CDI producers. What
 * does not: anything that a program without Quarkus needs in order to use the registry.
 */
@NullMarked
package dev.percpu.service;

import org.jspecify.annotations.NullMarked;
