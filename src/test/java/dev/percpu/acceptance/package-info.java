/**
 * Tests of the packaged service as users run it: in its own process, with HTTP clients and a real Prometheus.
 *
 * <p>They are tagged {@code acceptance}. Only {@code make acceptance} runs them; it packages the service and installs the programs first.
 * Two tests are matrices: the service on each libc, and the native library on each series of kernels. {@code .build/testbeds} creates these
 * systems from Debian's archive. At the end, a table with one line for each cell is printed.
 *
 * <p>The classes that start other programs and read from them belong here too.
 */
@NullMarked
package dev.percpu.acceptance;

import org.jspecify.annotations.NullMarked;
