/**
 * The configuration keys: one {@link dev.percpu.settings.Setting} per key, all declared in {@link dev.percpu.settings.Settings}.
 *
 * <p>What belongs here: keys with their types, defaults, allowed values and descriptions; parsing and validation; the check for unknown
 * keys; enums and records that exist only as values of a key. What does not: the sources of values. Callers pass a function from key to
 * text, such as a method of {@code PrometheusConfig}, of the system properties or of Quarkus' configuration.
 *
 * <p>Every package may import this one. It imports no package of this project and no framework.
 */
@NullMarked
package dev.percpu.settings;

import org.jspecify.annotations.NullMarked;
