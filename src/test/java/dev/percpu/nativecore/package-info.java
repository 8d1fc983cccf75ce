/**
 * Tests that start processes: the C tests of {@code src/test/native}, and the cell tests in JVMs with every owner of the rseq area, with
 * rseq denied, and with atomics.
 */
@NullMarked
package dev.percpu.nativecore;

import org.jspecify.annotations.NullMarked;
