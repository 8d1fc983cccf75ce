/**
 * Tests that compare this registry with Micrometer's {@code PrometheusMeterRegistry}.
 *
 * <p>Both registries get the same calls, and their scrapes must be equal in every format. Fixed cases are in {@code ParityTest} and
 * {@code ParityOverTimeTest}; {@code RandomParityTest} generates sequences of calls. Intended differences are listed in
 * {@code differences.md} among the test resources. Micrometer's compatibility kit for registries runs in this package, too.
 *
 * <p>Does not belong here: tests of this registry alone. Tests of other packages may use {@code Peers} and {@code ParityCase}.
 */
@NullMarked
package dev.percpu.parity;

import org.jspecify.annotations.NullMarked;
