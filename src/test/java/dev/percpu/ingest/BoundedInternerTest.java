package dev.percpu.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedInternerTest {
    private final BoundedInterner<String> interner = new BoundedInterner<>();

    @Test
    void shouldReturnOneObjectForEqualValues() {
        String first = interner.intern(copy("region"));

        assertThat(interner.intern(copy("region"))).isSameAs(first);
        assertThat(interner.intern(copy("route"))).isEqualTo("route");
    }

    @Test
    void shouldReplaceValuesWhoseHashesCollide() {
        String first = interner.intern(copy("Aa"));

        assertThat(interner.intern(copy("BB"))).as("the same hash code").isEqualTo("BB");
        assertThat(interner.intern(copy("Aa"))).isEqualTo("Aa").isNotSameAs(first);
    }

    @Test
    void shouldRememberFewOfManyValues() {
        IntStream.range(0, 100_000).forEach(i -> interner.intern("value" + i));

        List<String> values =
                IntStream.range(0, 100_000).mapToObj(i -> "value" + i).toList();
        Set<String> own = Collections.newSetFromMap(new IdentityHashMap<>());
        own.addAll(values);
        List<String> remembered = values.stream()
                .map(interner::intern)
                .filter(known -> !own.contains(known))
                .toList();
        assertThat(remembered).hasSizeLessThanOrEqualTo(1_024);
    }

    private static String copy(String value) {
        return new String(value.toCharArray());
    }
}
