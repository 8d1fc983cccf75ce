package dev.percpu.binding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sizes and offsets that the C compiler computed, by their C expression: {@code "offsetof(struct percpu_cell, second)"}. Immutable and
 * thread-safe.
 *
 * <p>The values come from the library and the expressions from the list in {@code region.c}. The tests find a value by its name, so that
 * the order of the list does not matter.
 */
public final class CompiledLayout {
    private static final Path SOURCE = Path.of(System.getProperty("test.basedir", "."), "src/main/native/region.c");
    private static final Pattern LIST =
            Pattern.compile("int percpu_layout\\(.*?values\\[\\] = \\{(.*?)\\n\\s*\\};", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

    /** A line of the list; an expression may contain a comma. */
    private static final Pattern ENTRY = Pattern.compile("^\\s*(\\S.*),$", Pattern.MULTILINE);

    private final Map<String, Integer> values = new HashMap<>();

    /** Reads all values. */
    public CompiledLayout() {
        int[] compiled = ControlCalls.layout();
        Matcher list = LIST.matcher(source());
        if (!list.find()) {
            throw new IllegalStateException(SOURCE + " must have a list of values in percpu_layout()");
        }
        Matcher entry = ENTRY.matcher(COMMENT.matcher(list.group(1)).replaceAll(""));
        int index = 0;
        while (entry.find() && index < compiled.length) {
            values.put(entry.group(1), compiled[index++]);
        }
        if (values.size() != compiled.length || entry.find()) {
            throw new IllegalStateException("percpu_layout() must return one value per line of its list, but returned "
                    + compiled.length + " values for " + values.keySet());
        }
    }

    private static String source() {
        try {
            return Files.readString(SOURCE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the value of a C expression.
     *
     * @throws IllegalArgumentException if {@code percpu_layout()} does not export this expression
     */
    public int get(String expression) {
        Integer value = values.get(expression);
        if (value == null) {
            throw new IllegalArgumentException(
                    "expression must be one of " + values.keySet() + ", but was " + expression);
        }
        return value;
    }
}
