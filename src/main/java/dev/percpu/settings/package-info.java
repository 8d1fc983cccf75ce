/**
 * The configuration keys: one {@link dev.percpu.settings.Setting} per key, all declared in {@link dev.percpu.settings.Settings}.
 *
 * <p>What belongs here: keys with their types, defaults, allowed values and descriptions; parsing and validation; the check for unknown
 * keys; enums and records that exist only as values of a key. What does not: where values come from. Callers pass a function from key to
 * text, which a {@code PrometheusConfig}, the system properties, Quarkus' and Spring's configuration all are.
 *
 * <p>Every package may import this one. It imports none of this project and no framework.
 */
@NullMarked
package dev.percpu.settings;

import org.jspecify.annotations.NullMarked;
