package dev.percpu.bench;

import java.util.Map;

/**
 * A benchmark of one implementation on a number of threads. Immutable.
 *
 * @param caseName name of the case in the report
 * @param impl name of the implementation in the report
 * @param threads number of threads
 * @param benchmark JMH class
 * @param method JMH method of the class
 * @param params parameters of the JMH states
 * @param virtual whether the threads are virtual
 */
record Subject(
        String caseName,
        String impl,
        int threads,
        Class<?> benchmark,
        String method,
        Map<String, String> params,
        boolean virtual) {
    private static final int MAX_WAITING_THREADS = 8;

    /**
     * Factors of the warm-up iterations. Subjects that run more code take longer until all of it is compiled, and random access to many
     * series takes longer until the branch predictors and the heap are in their final state.
     */
    private static final Map<Class<?>, Integer> WARMUP_FACTORS = Map.of(
            RequestCase.class,
            8,
            MixedRequestCase.class,
            8,
            ManySeriesCase.class,
            6,
            OtlpCase.class,
            4,
            ScrapeFormatCase.class,
            2);

    /** Returns the case and the number of threads. Subjects with the same group are compared. */
    String group() {
        return caseName + " on " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** Returns the factor of warm-up iterations. It is the same for all implementations of a case. */
    int warmupFactor() {
        return WARMUP_FACTORS.getOrDefault(benchmark, 1);
    }

    /**
     * Returns whether threads that have ended an iteration wait for the others. The barrier is a loop in each thread. It needs one time slice
     * of the kernel per thread, which is 30 s for 64 threads in a fork, and with virtual threads it never opens.
     */
    boolean hasBarrier() {
        return !virtual && threads <= MAX_WAITING_THREADS;
    }

    /** Returns the regular expression that selects the JMH method. */
    String include() {
        return "^" + java.util.regex.Pattern.quote(benchmark.getName() + "." + method) + "$";
    }
}
