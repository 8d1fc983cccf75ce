package dev.percpu.bench;

import java.util.Map;

/**
 * One line of the report before it is measured: which implementation does what on how many threads.
 *
 * @param caseName as issue and report name it
 * @param benchmark the JMH class
 * @param method of it
 * @param params of its states
 * @param virtual whether its threads are virtual
 */
record Subject(
        String caseName,
        String impl,
        int threads,
        Class<?> benchmark,
        String method,
        Map<String, String> params,
        boolean virtual) {
    /** Without what a report compares: results with the same key stand in the same group. */
    String group() {
        return caseName + " on " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** How many times as long as others it is warmed up: the more code it runs, the longer until all of it is compiled. */
    int warmUps() {
        return benchmark == RequestCase.class ? 8 : 1;
    }

    String include() {
        return "^" + java.util.regex.Pattern.quote(benchmark.getName() + "." + method) + "$";
    }
}
