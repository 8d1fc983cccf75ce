/**
 * Tests of the packaged service from outside: the jar that users start, real HTTP clients, a real Prometheus.
 *
 * <p>They are tagged {@code acceptance} and run by {@code make acceptance} only, which packages the service and installs the programs
 * first. Two of them are matrices: the service on each libc, the native library on each series of kernels; {@code .build/testbeds} makes
 * these systems out of Debian's archive, and a table with a line for each cell is printed at the end. The pieces that start and ask programs are here
 * too, for other cases to use.
 */
@NullMarked
package dev.percpu.acceptance;

import org.jspecify.annotations.NullMarked;
