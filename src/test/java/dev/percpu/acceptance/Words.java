package dev.percpu.acceptance;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code key=value} pairs that probe and driver print. Immutable. */
record Words(Map<String, String> values) {

    static Words parse(String line) {
        Map<String, String> values = new HashMap<>();
        for (String word : line.strip().split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return new Words(Map.copyOf(values));
    }

    /**
     * Returns a value.
     *
     * @throws AssertionError if the key is missing
     */
    String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new AssertionError("no " + key + " in " + values);
        }
        return value;
    }

    @Nullable
    String textOrNull(String key) {
        return values.get(key);
    }

    /**
     * Returns a value as a number.
     *
     * @throws AssertionError if the key is missing
     */
    int number(String key) {
        return Integer.parseInt(text(key));
    }

    @Nullable
    Integer numberOrNull(String key) {
        String value = values.get(key);
        return value == null ? null : Integer.valueOf(value);
    }

    boolean has(String key) {
        return values.containsKey(key);
    }
}
