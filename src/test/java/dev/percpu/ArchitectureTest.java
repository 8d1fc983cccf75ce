package dev.percpu;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules between packages, as the design lists them. */
class ArchitectureTest {

    private static final String ROOT = "dev.percpu.";
    private static final String SETTINGS = "settings";

    private static final String[] FRAMEWORKS = {
        "io.quarkus..",
        "io.vertx..",
        "io.smallrye..",
        "jakarta..",
        "org.eclipse.microprofile..",
        "org.springframework..",
        "org.jboss.."
    };

    /** Packages that each package may import, besides {@code settings}. A new package must be entered here. */
    private static final Map<String, Set<String>> MAY_IMPORT = new LinkedHashMap<>();

    static {
        MAY_IMPORT.put(SETTINGS, Set.of());
        MAY_IMPORT.put("binding", Set.of());
        MAY_IMPORT.put("exposition", Set.of());
        MAY_IMPORT.put("rseq", Set.of("binding"));
        MAY_IMPORT.put("shard", Set.of("binding"));
        MAY_IMPORT.put("histogram", Set.of("shard"));
        MAY_IMPORT.put("family", Set.of("histogram", "shard", "exposition"));
        MAY_IMPORT.put("meter", Set.of("family", "histogram", "shard", "exposition"));
        MAY_IMPORT.put("scrape", Set.of("meter", "family", "shard", "exposition"));
        addWithAllAbove("registry");
        MAY_IMPORT.put("spring", Set.of("registry", "scrape"));
        addWithAllAbove("quarkus.request.route");
        addWithAllAbove("quarkus");
        addWithAllAbove("quarkus.metrics");
        addWithAllAbove("quarkus.request");
        MAY_IMPORT.get("quarkus.request").remove("quarkus.metrics");
        MAY_IMPORT.put("ingest.mapping", Set.of());
        MAY_IMPORT.put(
                "ingest", Set.of("ingest.mapping", "registry", "meter", "family", "histogram", "shard", "binding"));
        MAY_IMPORT.put("ingest.statsd", Set.of("ingest", "ingest.mapping", "registry", "meter", "binding"));
        MAY_IMPORT.put("ingest.otlp", Set.of("ingest", "registry", "meter", "histogram", "shard"));
        addWithAllAbove("service.ingest");
        addWithAllAbove("service.status");
        addWithAllAbove("service");
    }

    private static void addWithAllAbove(String name) {
        Set<String> above = new LinkedHashSet<>(MAY_IMPORT.keySet());
        above.remove("spring");
        MAY_IMPORT.put(name, above);
    }

    /** Types of other packages in the API of {@code registry}: those that its public methods return or take. */
    private static final Set<String> MENTIONED_IN_API = Set.of(
            ROOT + "histogram.NativeHistogramSettings",
            ROOT + "scrape.ScrapeType",
            ROOT + "scrape.ShardNaming",
            ROOT + "shard.ShardStatistics");

    /** The API of {@code scrape}: the negotiation and parameters of requests, the labels of shards, and the Prometheus registry that isolates collectors. */
    private static final Set<String> SCRAPE_API = Set.of(
            ROOT + "scrape.ScrapeNegotiation",
            ROOT + "scrape.ScrapeParameters",
            ROOT + "scrape.ScrapeType",
            ROOT + "scrape.ShardNaming",
            ROOT + "scrape.IsolatingPrometheusRegistry");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.percpu");

    static Stream<String> packages() {
        return MAY_IMPORT.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void shouldImportAllowedPackagesOnly(String name) {
        String[] forbidden = MAY_IMPORT.keySet().stream()
                .filter(other -> !other.equals(name)
                        && !other.equals(SETTINGS)
                        && !MAY_IMPORT.get(name).contains(other))
                .map(other -> ROOT + other)
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(false)
                .check(CLASSES);
    }

    @Test
    void shouldKnowEveryPackage() {
        Set<String> packages = CLASSES.stream()
                .map(type -> type.getPackageName().substring(ROOT.length()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(packages).containsExactlyInAnyOrderElementsOf(MAY_IMPORT.keySet());
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void shouldHaveNoCyclesBetweenFiles() {
        slices().assignedFrom(new SourceFiles()).should().beFreeOfCycles().check(CLASSES);
    }

    /** Returns whether a type outside of {@code registry} is API. */
    static boolean isApi(JavaClass type) {
        return SCRAPE_API.contains(fileOf(type)) || MENTIONED_IN_API.contains(fileOf(type));
    }

    /** Returns the name of the top-level class that contains a type. */
    private static String fileOf(JavaClass type) {
        String name = type.getBaseComponentType().getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    /** One slice per source file: a top-level class with its nested classes. */
    private static final class SourceFiles implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(fileOf(type));
        }

        @Override
        public String getDescription() {
            return "source files";
        }
    }

    @Test
    void shouldMentionOnlyListedTypesInTheApi() {
        Set<String> mentioned = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (type.getPackageName().equals(ROOT + "registry")
                    && type.getModifiers().contains(JavaModifier.PUBLIC)) {
                addMentionedTypes(type, mentioned);
            }
        }

        assertThat(mentioned).containsExactlyInAnyOrderElementsOf(MENTIONED_IN_API);
    }

    /** Adds the types of other packages of this project in the signatures that code outside of the package can use. */
    private static void addMentionedTypes(JavaClass type, Set<String> mentioned) {
        Stream<JavaClass> inSignatures = Stream.of(type.getFields(), type.getConstructors(), type.getMethods())
                .flatMap(Set::stream)
                .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED))
                .flatMap(member -> member.getAllInvolvedRawTypes().stream());
        Stream.concat(type.getAllRawSuperclasses().stream(), inSignatures)
                .map(JavaClass::getBaseComponentType)
                .map(JavaClass::getName)
                .filter(name -> name.startsWith(ROOT) && !name.startsWith(ROOT + "registry."))
                .forEach(mentioned::add);
    }

    /** The integrations are users of the library, too. They read the status of rseq and the settings besides the API. */
    @Test
    void shouldUseOnlyTheApiOutsideOfTheLibrary() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "quarkus..", ROOT + "service..", ROOT + "spring..")
                .should()
                .dependOnClassesThat(new DescribedPredicate<JavaClass>("are internal") {
                    @Override
                    public boolean test(JavaClass used) {
                        String room = used.getPackageName();
                        return room.startsWith(ROOT)
                                && !room.startsWith(ROOT + "quarkus")
                                && !room.startsWith(ROOT + "service")
                                && !room.startsWith(ROOT + "ingest")
                                && !room.startsWith(ROOT + "spring")
                                && !Set.of(ROOT + "registry", ROOT + "rseq", ROOT + SETTINGS)
                                        .contains(room)
                                && !isApi(used);
                    }
                })
                .check(CLASSES);
    }

    @Test
    void shouldKeepPackagesSmall() throws IOException {
        Map<String, Integer> files = new TreeMap<>();
        Map<String, Integer> lines = new TreeMap<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(it -> it.toString().endsWith(".java")).toList()) {
                String name = source.getParent().toString();
                files.merge(name, 1, Integer::sum);
                lines.merge(name, lines(source), Integer::sum);
            }
        }
        int all = lines.values().stream().mapToInt(it -> it).sum();

        assertThat(files).allSatisfy((name, count) -> assertThat(count).as(name).isLessThanOrEqualTo(26));
        assertThat(lines)
                .allSatisfy((name, count) -> assertThat(5 * count)
                        .as("five times the lines of " + name)
                        .isLessThanOrEqualTo(all));
    }

    private static int lines(Path source) {
        try {
            return Files.readAllLines(source).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNameFrameworksInTheirPackagesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "quarkus..", ROOT + "service..", ROOT + "spring..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS)
                .check(CLASSES);
    }

    @Test
    void shouldReadYamlInTheMappingOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "ingest.mapping")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.yaml..", "com.google.re2j..")
                .check(CLASSES);
    }

    @Test
    void shouldCallNativeCodeInTheBindingOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "binding..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.sun.jna..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class)
                .check(CLASSES);
        // Both ways into native code are in use: the rule above is not empty.
        classes()
                .that()
                .haveSimpleName("DowncallShape")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .check(CLASSES);
        classes()
                .that()
                .haveSimpleName("NativeFunctions")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.jna..")
                .check(CLASSES);
    }
}
