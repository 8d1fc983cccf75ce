/**
 * Tests of the native library from outside of Java: the C tests of {@code src/test/native}, and the contract of the cells in processes
 * whose rseq is owned, denied or preloaded in every way there is.
 */
@NullMarked
package dev.percpu.nativecore;

import org.jspecify.annotations.NullMarked;
