/**
 * The two native bindings of {@code libpercpu.so}, and finding its file. Record calls go through {@link dev.percpu.binding.RecordCalls} (FFM,
 * critical), everything else through {@link dev.percpu.binding.ControlCalls} (JNA). Nothing outside this package sees a raw address: a
 * {@link dev.percpu.binding.Region} cannot be made up, and the native side forces every offset into it.
 *
 * <p>Imports nothing of ours.
 */
package dev.percpu.binding;
