package dev.percpu.bench;

/**
 * What one fork measured.
 *
 * @param nanosPerOp of each iteration
 * @param cpuNanosPerOp of each iteration, of all threads together
 * @param bytesPerOp allocated; NaN if JMH told none
 */
record Round(double[] nanosPerOp, double[] cpuNanosPerOp, double bytesPerOp) {
    double medianNanos() {
        return Numbers.median(nanosPerOp);
    }

    double medianCpuNanos() {
        return Numbers.median(cpuNanosPerOp);
    }
}
