package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartAheadTest {
    @TempDir
    private Path folder;

    private final List<String> requested = new ArrayList<>();

    private final ClassLoader loader = new ClassLoader(null) {
        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            requested.add(name);
            if (name.startsWith("broken.")) {
                throw new NoClassDefFoundError(name);
            }
            throw new ClassNotFoundException(name);
        }
    };

    @Test
    void shouldLoadAllClassesOfTheListInItsOrder() throws Exception {
        Path list =
                Files.writeString(folder.resolve("start-classes"), "a.Missing\njava.lang.String\nbroken.B\na.Other\n");

        StartAhead.load(list, loader);

        assertThat(requested).containsExactly("a.Missing", "broken.B", "a.Other");
    }

    @Test
    void shouldLoadNothingFromAListThatCannotBeRead() {
        StartAhead.load(folder.resolve("missing"), loader);

        assertThat(requested).isEmpty();
    }
}
