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
    /** Returns the case and the number of threads. Subjects with the same group are compared. */
    String group() {
        return caseName + " on " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** Returns the factor of warm-up iterations. Subjects that run more code take longer until all of it is compiled. */
    int warmupFactor() {
        return benchmark == RequestCase.class ? 8 : benchmark == OtlpCase.class ? 4 : 1;
    }

    /** Returns the regular expression that selects the JMH method. */
    String include() {
        return "^" + java.util.regex.Pattern.quote(benchmark.getName() + "." + method) + "$";
    }
}
