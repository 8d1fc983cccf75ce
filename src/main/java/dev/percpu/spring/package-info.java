/**
 * The auto-configuration for Spring Boot 3.5 and 4: the beans of the registry, its settings, and the actuator endpoint {@code prometheus}.
 *
 * <p>Types of Boot are named here only if both versions have them in the same package. Others are named by text.
 *
 * <p>Imports {@code registry}, {@code scrape} (negotiation) and {@code settings}.
 */
@NullMarked
package dev.percpu.spring;

import org.jspecify.annotations.NullMarked;
