package dev.percpu.rseq;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enum constants as they are written outside: in lower case. */
final class Names {
    private Names() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static <E extends Enum<E>> E parse(String property, String value, Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equals(value)) {
                return constant;
            }
        }
        String allowed = Arrays.stream(type.getEnumConstants()).map(Names::of).collect(Collectors.joining(", "));
        throw new IllegalArgumentException(property + " is '" + value + "', but must be one of: " + allowed);
    }
}
