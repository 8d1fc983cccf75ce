/**
 * The integration for Quarkus applications: configuration, and CDI producers of the registry.
 *
 * <p>The sub-packages serve scrapes ({@code metrics}) and record HTTP requests ({@code request}). Does not belong here: the endpoints and
 * the page of the microservice (package {@code service}).
 *
 * <p>Imports {@code quarkus.request.route}, {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.quarkus;

import org.jspecify.annotations.NullMarked;
