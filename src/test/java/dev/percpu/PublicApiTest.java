package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.percpu.settings.Compression;
import dev.percpu.settings.HistogramMode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public API: every signature that an application can compile against. A change is accepted by a change of the committed file.
 *
 * <p>{@code make test TEST=PublicApiTest ARGS=-Dupdate} writes the file. The release document says what a change means for the version.
 */
class PublicApiTest {
    private static final Path FILE = Path.of("src/test/resources/dev/percpu/public-api.txt");
    private static final String ROOT = "dev.percpu.";

    /** Types of {@code settings} that other signatures of the API have. */
    private static final Set<Class<?>> SETTINGS = Set.of(Compression.class, HistogramMode.class);

    @Test
    void shouldEqualTheCommittedSignatures() throws IOException {
        String signatures = types().map(PublicApiTest::signatures).collect(Collectors.joining("\n"));
        if (System.getProperty("update") != null) {
            Files.writeString(FILE, signatures);
        }

        assertThat(changes(Files.readString(FILE), signatures))
                .as("changes of the public API; make test TEST=PublicApiTest ARGS=-Dupdate accepts them")
                .isEmpty();
        assertThat(Files.readString(FILE)).isEqualTo(signatures);
    }

    @Test
    void shouldNameEachChange() {
        assertThat(changes("class A\n    int a()\n    int b()\n", "class A\n    int b()\n    int c()\n"))
                .containsExactly("- class A: int a()", "+ class A: int c()");
    }

    private static List<String> changes(String before, String after) {
        List<String> old = withTypes(before);
        List<String> now = withTypes(after);
        return Stream.concat(
                        old.stream().filter(it -> !now.contains(it)).map(it -> "- " + it),
                        now.stream().filter(it -> !old.contains(it)).map(it -> "+ " + it))
                .toList();
    }

    /** Returns the lines of a file, each member with the line of its type. */
    private static List<String> withTypes(String text) {
        List<String> lines = new ArrayList<>();
        String type = "";
        for (String line : text.lines().toList()) {
            type = line.startsWith(" ") ? type : line;
            lines.add(line.startsWith(" ") ? type + ": " + line.strip() : line);
        }
        return lines;
    }

    @Test
    void shouldFindEveryKindOfChange() {
        assertThat(signatures(Sample.class).lines())
                .containsExactly(
                        "protected abstract static class " + Sample.class.getName()
                                + "<T> extends java.lang.Object implements java.lang.Comparable<T>",
                        "    protected abstract int work(java.util.List<? extends T>) throws java.io.IOException",
                        "    protected dev.percpu.PublicApiTest$Sample(int)",
                        "    public static final long LIMIT = 9");
    }

    /** Has members that the file lists, and members that it does not list. */
    @SuppressWarnings({"unused", "ComparableType"})
    protected abstract static class Sample<T> implements Comparable<T> {
        public static final long LIMIT = 9;
        static final int OWN = 1;

        protected Sample(int size) {}

        protected abstract int work(List<? extends T> on) throws IOException;

        abstract void internal();

        private void hidden() {}
    }

    /** Returns the public types of {@code registry}, types of other packages that ArchitectureTest counts as API, and their superclasses. */
    private static Stream<Class<?>> types() {
        Set<Class<?>> types = new TreeSet<>(Comparator.comparing(Class::getName));
        for (JavaClass found : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(
                        ROOT + "registry", ROOT + "scrape", ROOT + "shard", ROOT + "histogram", ROOT + "settings")) {
            Class<?> type = found.reflect();
            if (isAccessible(type)
                    && (type.getPackageName().equals(ROOT + "registry")
                            || ArchitectureTest.isApi(found)
                            || SETTINGS.contains(type))) {
                for (Class<?> it = type; it != null && it.getName().startsWith(ROOT); it = it.getSuperclass()) {
                    types.add(it);
                }
            }
        }
        return types.stream();
    }

    private static boolean isAccessible(Class<?> type) {
        return isVisible(type.getModifiers())
                && (type.getEnclosingClass() == null || isAccessible(type.getEnclosingClass()));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String signatures(Class<?> type) {
        Type superclass = type.getGenericSuperclass();
        String interfaces = Arrays.stream(type.getGenericInterfaces())
                .map(Type::getTypeName)
                .collect(Collectors.joining(", "));
        return type.toGenericString()
                + (superclass == null ? "" : " extends " + superclass.getTypeName())
                + (interfaces.isEmpty() ? "" : (type.isInterface() ? " extends " : " implements ") + interfaces)
                + "\n"
                + Stream.<Stream<? extends Member>>of(
                                Arrays.stream(type.getDeclaredFields()),
                                Arrays.stream(type.getDeclaredConstructors()),
                                Arrays.stream(type.getDeclaredMethods()))
                        .flatMap(it -> it)
                        .filter(it -> isVisible(it.getModifiers()) && !it.isSynthetic())
                        .map(member -> "    " + signature(member, type) + "\n")
                        .sorted()
                        .collect(Collectors.joining());
    }

    /** Returns the signature without the name of its class. A constant has its value, which compilers copy. */
    private static String signature(Member member, Class<?> type) {
        return switch (member) {
            case java.lang.reflect.Method method ->
                method.toGenericString().replace("synchronized ", "").replace(type.getName() + ".", "");
            case java.lang.reflect.Constructor<?> constructor -> constructor.toGenericString();
            case Field field -> field.toGenericString().replace(type.getName() + ".", "") + constant(field);
            default -> throw new AssertionError(member);
        };
    }

    private static String constant(Field field) {
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers)
                || !Modifier.isFinal(modifiers)
                || !field.getType().isPrimitive()) {
            return "";
        }
        try {
            field.setAccessible(true);
            return " = " + field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
