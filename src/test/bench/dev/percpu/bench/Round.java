package dev.percpu.bench;

import java.util.Arrays;

/**
 * The result of one fork.
 *
 * @param nanosPerOp nanoseconds per operation, for each iteration
 * @param cpuNanosPerOp CPU nanoseconds of all threads per operation, for each iteration
 * @param bytesPerOp bytes allocated per operation; NaN if JMH reports none
 */
record Round(double[] nanosPerOp, double[] cpuNanosPerOp, double bytesPerOp) {
    double medianNanos() {
        return Numbers.median(nanosPerOp);
    }

    double medianCpuNanos() {
        return Numbers.median(cpuNanosPerOp);
    }

    double leastCpuNanos() {
        return Arrays.stream(cpuNanosPerOp).min().orElse(Double.NaN);
    }
}
