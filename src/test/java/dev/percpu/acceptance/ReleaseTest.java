package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What is released: each jar is opened, the pom is read, and two builds are compared. */
@Tag("acceptance")
@Timeout(900)
class ReleaseTest {
    private static final Path SOURCES = Path.of(System.getProperty("test.basedir", ""), "src/main/java/dev/percpu");
    private static final List<String> NATIVE =
            List.of("META-INF/native/linux-aarch64/libpercpu.so", "META-INF/native/linux-x86_64/libpercpu.so");
    private static final String MAVEN = "META-INF/maven/dev.percpu/percpu-metrics/";
    private static final List<String> OF_EVERY_JAR =
            List.of("META-INF/MANIFEST.MF", MAVEN + "pom.properties", MAVEN + "pom.xml");

    @TempDir
    private static Path folder;

    private static ReleaseBuild first;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        first = new ReleaseBuild(folder.resolve("first")).verify();
    }

    @Test
    void shouldHaveTheSameBytesInTwoBuilds() throws IOException, InterruptedException {
        ReleaseBuild second = new ReleaseBuild(folder.resolve("a/longer/path").resolve("second")).verify();

        List<Path> files = first.files();
        assertThat(files)
                .extracting(it -> it.getFileName().toString().replaceFirst("-[0-9][0-9.]*(-SNAPSHOT)?", ""))
                .containsExactlyInAnyOrder(
                        "percpu-metrics.jar",
                        "percpu-metrics-quarkus.jar",
                        "percpu-metrics-sources.jar",
                        "percpu-metrics-javadoc.jar",
                        "percpu-metrics.pom");
        for (int i = 0; i < files.size(); i++) {
            assertThat(second.files().get(i)).hasSameBinaryContentAs(files.get(i));
        }
    }

    @Test
    void shouldHaveTheLibraryInTheMainJar() throws IOException {
        assertThat(packages("")).isEqualTo(packagesBut("quarkus", "ingest", "service"));
        assertThat(resources(""))
                .containsAll(NATIVE)
                .contains("META-INF/LICENSE")
                .allMatch(
                        it -> NATIVE.contains(it) || it.startsWith("META-INF/spring") || it.equals("META-INF/LICENSE"));
    }

    @Test
    void shouldHaveTheLibraryAndTheExtensionInTheJarOfQuarkus() throws IOException {
        assertThat(packages("quarkus")).isEqualTo(packagesBut("spring", "ingest", "service"));
        assertThat(resources("quarkus"))
                .containsAll(NATIVE)
                .contains("META-INF/LICENSE", "META-INF/beans.xml")
                .isSubsetOf(
                        NATIVE.get(0),
                        NATIVE.get(1),
                        "META-INF/LICENSE",
                        "META-INF/beans.xml",
                        "META-INF/microprofile-config.properties");
    }

    @Test
    void shouldHaveTheSourcesOfBoth() throws IOException {
        assertThat(packages("sources")).isEqualTo(packagesBut("ingest", "service"));
        assertThat(resources("sources"))
                .doesNotContain("application.properties")
                .doesNotContainAnyElementsOf(NATIVE);
    }

    @Test
    void shouldDocumentTheApi() throws IOException {
        assertThat(entries("javadoc"))
                .contains("index.html", "dev/percpu/registry/PerCpuMeterRegistry.html")
                .noneMatch(it -> it.startsWith("dev/percpu/service/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "quarkus"})
    void shouldEnableNativeAccessAndNameTheModule(String classifier) throws IOException {
        try (JarFile jar = new JarFile(first.jar(classifier).toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertThat(manifest.getValue("Automatic-Module-Name")).isEqualTo("dev.percpu");
            assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
        }
    }

    /** The machine is at offset 18 of an ELF file, with the lowest byte first. */
    @ParameterizedTest
    @CsvSource({"x86_64, 62", "aarch64, 183"})
    void shouldHaveEachLibraryInTheFolderOfItsProcessor(String processor, int machine) throws IOException {
        for (String classifier : List.of("", "quarkus")) {
            byte[] library = content(classifier, "META-INF/native/linux-" + processor + "/libpercpu.so");

            assertThat(library).startsWith(0x7f, 'E', 'L', 'F');
            assertThat(library[18] & 0xff).isEqualTo(machine);
        }
    }

    @Test
    void shouldCarryTheLicence() throws IOException {
        byte[] licence = Files.readAllBytes(Path.of(System.getProperty("test.basedir", ""), "LICENSE"));

        assertThat(content("", "META-INF/LICENSE")).isEqualTo(licence);
        assertThat(content("quarkus", "META-INF/LICENSE")).isEqualTo(licence);
    }

    @Test
    void shouldNeedNothingButTheLibrariesOfTheRegistry() throws Exception {
        Map<String, String> versions = new TreeMap<>();
        NodeList dependencies =
                find("/project/dependencies/dependency[not(optional='true') and not(scope='provided')]");
        for (int i = 0; i < dependencies.getLength(); i++) {
            NodeList children = dependencies.item(i).getChildNodes();
            Map<String, String> values = new TreeMap<>();
            for (int j = 0; j < children.getLength(); j++) {
                values.put(
                        children.item(j).getNodeName(),
                        children.item(j).getTextContent().strip());
            }
            assertThat(values).containsEntry("scope", "compile");
            versions.put(values.get("artifactId"), values.get("version"));
        }

        assertThat(versions)
                .containsOnlyKeys(
                        "HdrHistogram",
                        "jna",
                        "jspecify",
                        "micrometer-core",
                        "micrometer-registry-prometheus",
                        "prometheus-metrics-core",
                        "prometheus-metrics-exposition-formats",
                        "prometheus-metrics-tracer-initializer")
                .allSatisfy((name, version) -> assertThat(version).as(name).matches("[0-9].*"));
        assertThat(
                        find("/project/*[self::profiles or self::build or self::dependencyManagement or self::properties or self::parent]")
                                .getLength())
                .isZero();
        assertThat(find("/project/licenses/license").getLength()).isOne();
        assertThat(Files.readString(first.pom())).doesNotContain("${");
        assertThat(content("", MAVEN + "pom.xml")).isEqualTo(Files.readAllBytes(first.pom()));
    }

    private static NodeList find(String xpath) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance(); // without namespaces
        Document pom = factory.newDocumentBuilder().parse(first.pom().toFile());
        XPath paths = XPathFactory.newInstance().newXPath();
        return (NodeList) paths.evaluate(xpath, pom, XPathConstants.NODESET);
    }

    @Test
    void shouldRequireBothArchitectures() throws IOException, InterruptedException {
        ReleaseBuild.Result result = new ReleaseBuild(folder.resolve("one"))
                .run(Map.of("CROSS_AARCH64", "no-such-compiler"), "process-resources");

        assertThat(result.status()).isNotZero();
        assertThat(result.output())
                .contains("this build lacks META-INF/native/linux-aarch64/libpercpu.so: no compiler for that processor")
                .contains("A release needs the native library of x86_64 and aarch64");
    }

    /** Returns the packages of the main sources, except those of the given packages and below them. */
    private static TreeSet<String> packagesBut(String... excluded) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(it -> it.toString().endsWith(".java"))
                    .map(it -> SOURCES.relativize(it.getParent()).toString())
                    .filter(it -> Stream.of(excluded).noneMatch(name -> (it + "/").startsWith(name + "/")))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static TreeSet<String> packages(String classifier) throws IOException {
        return entries(classifier).stream()
                .filter(it -> it.matches(".*\\.(class|java)"))
                .map(it -> it.replaceFirst("^dev/percpu/", "").replaceFirst("/[^/]*$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the entries that are no classes, sources, or files that Maven puts into every jar. */
    private static List<String> resources(String classifier) throws IOException {
        return entries(classifier).stream()
                .filter(it -> !it.matches(".*\\.(class|java)") && !OF_EVERY_JAR.contains(it))
                .toList();
    }

    private static List<String> entries(String classifier) throws IOException {
        try (JarFile jar = new JarFile(first.jar(classifier).toFile())) {
            return jar.stream()
                    .filter(it -> !it.isDirectory())
                    .map(ZipEntry::getName)
                    .toList();
        }
    }

    private static byte[] content(String classifier, String entry) throws IOException {
        try (JarFile jar = new JarFile(first.jar(classifier).toFile())) {
            return jar.getInputStream(jar.getEntry(entry)).readAllBytes();
        }
    }
}
