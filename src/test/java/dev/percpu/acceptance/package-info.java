/**
 * Tests of the packaged service from outside: the jar that users start, real HTTP clients, a real Prometheus.
 *
 * <p>They are tagged {@code acceptance} and run by {@code make acceptance} only, which packages the service and installs the programs
 * first. The pieces that start and ask programs are here too, for other cases to use.
 */
@NullMarked
package dev.percpu.acceptance;

import org.jspecify.annotations.NullMarked;
