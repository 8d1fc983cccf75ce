package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.settings.Settings;
import dev.percpu.settings.SettingsCheck;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * README and documents against the project and the running service: every link, key, metric name, command and code example. Each check
 * returns the problems that it found, so that a test can also show that it finds a broken sample.
 */
@QuarkusTest
@TestProfile(DocumentsTest.EverythingOn.class)
class DocumentsTest {

    /** The service with the parts that are off by default. */
    public static class EverythingOn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    Settings.OTLP_ENABLED.key(),
                    "true",
                    Settings.STATSD_ADDRESS.key(),
                    "127.0.0.1:0",
                    Settings.STATSD_MAPPING.key(),
                    TOP.resolve("src/test/resources/dev/percpu/empty-mapping.yml")
                            .toAbsolutePath()
                            .toString());
        }
    }

    private static final Path TOP = Path.of(System.getProperty("test.basedir", ""));
    private static final Path README = TOP.resolve("README.md");
    private static final Path DOCUMENTS = TOP.resolve("src/site/markdown");
    private static final int README_LINES = 150;

    private static final Pattern KEY =
            Pattern.compile("(?<![\\w./-])(percpu|quarkus|io\\.prometheus)\\.[\\w.*-]*[\\w*]");
    private static final Pattern VARIABLE = Pattern.compile("\\bPERCPU_\\w+");
    private static final Pattern METRIC = Pattern.compile("(?<![\\w.])(percpu|http_server)_[a-z_]*[a-z]");
    private static final Pattern MAKE = Pattern.compile("\\bmake((?: +[\\w.]+(?:=(?:\"[^\"]*\"|\\S*))?)+)");
    private static final Pattern LOCAL = Pattern.compile("\\blocalhost:(8080|9000)(/[^\\s'\"`>|)]*)");
    private static final Pattern ROUTE = Pattern.compile("^/(?:q|api)/[\\w/]+$");
    private static final Pattern METRICS_PATH = Pattern.compile("metrics_path: (\\S+)");
    private static final Pattern JAR = Pattern.compile("-jar +(\\S+\\.jar)");
    private static final Pattern OWN_CLASS = Pattern.compile("\\b(PerCpu[A-Z]\\w+|Isolating\\w+|RecordCalls)\\b");
    private static final Pattern METER = Pattern.compile("(\\w+)\\.builder\\(\"(http\\.server\\.[a-z.]+)\"\\)");

    /** Programs that a document may call. A new one needs a check of its arguments here. */
    private static final Set<String> PROGRAMS =
            Set.of("make", "mvn", "curl", "docker", "kubectl", "java", "grype", "apt-get", "npm", "sysctl", "printf");

    /** Properties of the pom by the name that documents give the version. */
    private static final Map<String, String> VERSIONS = Map.of(
            "Micrometer", "micrometer.version",
            "Quarkus", "quarkus.version",
            "Prometheus client", "prometheus-metrics.version",
            "`prometheus-metrics`", "prometheus-metrics.version",
            "JNA", "jna.version");

    @TestHTTPResource("/")
    URI application;

    // Its path is prefixed with the management root, so only its host and port are used.
    @TestHTTPResource(value = "/", management = true)
    URI management;

    @TempDir
    Path classes;

    private final HttpClient client = HttpClient.newHttpClient();

    enum Check {
        LINKS,
        KEYS,
        METRICS,
        COMMANDS,
        ROUTES,
        CLASSES,
        JAVA,
        MAVEN,
        VERSIONS_OF_POM
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameOnlyWhatExists(Check check) throws Exception {
        for (MarkdownDocument document : documents()) {
            assertThat(problems(check, document)).as(document.toString()).isEmpty();
        }
    }

    /** One broken sample for each kind of problem: a check that finds nothing in it checks nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "LINKS ! [missing file](src/site/markdown/missing.md)",
                "LINKS ! [missing anchor](src/site/markdown/memory.md#no-such-heading)",
                "LINKS ! [outside](../../../etc/passwd)",
                "LINKS ! [no host](https:///path)",
                "LINKS ! <http://local host/>",
                "KEYS ! `percpu.series.maximum`",
                "KEYS ! `percpu.serie.*`",
                "KEYS ! `quarkus.http.no-such-key`",
                "KEYS ! `io.prometheus.exporter.noSuchKey`",
                "KEYS ! `PERCPU_RSEQ_MODUS=atomic`",
                "KEYS ! `PERCPU_SERIES_MAX_OF_ALL=1`",
                "METRICS ! `percpu_series_overflow_total`",
                "METRICS ! `http_server_requests_second_count`",
                "METRICS ! `percpu_series_bucket`",
                "COMMANDS ! `make runn`",
                "COMMANDS ! `make bench READ=1`",
                "COMMANDS ! `java -jar target/no-such.jar`",
                "COMMANDS ! ```sh~gradle build~```",
                "COMMANDS ! ```sh~docker build -f deploy/Dockerfiles~```",
                "ROUTES ! <http://localhost:8080/api/rsec>",
                "ROUTES ! `curl localhost:9000/q/metric`",
                "ROUTES ! `/q/metrics/numa`",
                "ROUTES ! ```yaml~metrics_path: /metrics~```",
                "CLASSES ! `PerCpuRegistry`",
                "JAVA ! ```java~PerCpuMeterRegistry registry = null;~```",
                "JAVA ! ```java~import dev.percpu.meter.PerCpuMeterRegistry;~```",
                "MAVEN ! ```xml~<dependency><groupId>dev.percpu</groupId><artifactId>percpu</artifactId></dependency>~```",
                "MAVEN ! ```xml~<dependency>~```",
                "VERSIONS_OF_POM ! Micrometer 1.17.1"
            })
    void shouldFindABrokenSample(Check check, String sample) throws Exception {
        MarkdownDocument broken = MarkdownDocument.of(README, sample.replace('~', '\n') + "\n");

        assertThat(problems(check, broken)).hasSize(1);
    }

    @Test
    void shouldHaveAReadmeOfOneMinute() throws IOException {
        assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(README_LINES);
    }

    @Test
    void shouldNameThePortsOfTheService() throws IOException {
        assertThat(Files.readAllLines(TOP.resolve("src/main/resources/application.properties")))
                .contains("quarkus.http.port=8080", "quarkus.management.port=9000");
    }

    @Test
    void shouldLinkFromTheReadmeToEveryDocument() throws IOException {
        List<String> links = MarkdownDocument.read(README).links();

        assertThat(documents().stream().filter(it -> !it.file().equals(README)))
                .isNotEmpty()
                .allSatisfy(it -> assertThat(links).contains("src/site/markdown/" + it));
    }

    @Test
    void shouldDescribeEveryMetricOfTheService() throws IOException, InterruptedException {
        Set<String> own = families(exposed()).keySet().stream()
                .filter(it -> it.startsWith("percpu_"))
                .filter(it -> !it.endsWith("_max")) // a family beside the one that is described
                .collect(Collectors.toSet());

        List<String> described = new ArrayList<>();
        described.addAll(
                MarkdownDocument.read(DOCUMENTS.resolve("service.md")).firstColumn("Metrics of the service itself"));
        described.addAll(
                MarkdownDocument.read(DOCUMENTS.resolve("aggregator.md")).firstColumn("Metrics and findings"));
        assertThat(described).containsExactlyInAnyOrderElementsOf(own);
    }

    private List<String> problems(Check check, MarkdownDocument in) throws Exception {
        return switch (check) {
            case LINKS -> links(in);
            case KEYS -> keys(in);
            case METRICS -> metrics(in);
            case COMMANDS -> commands(in);
            case ROUTES -> routes(in);
            case CLASSES -> classes(in);
            case JAVA -> java(in);
            case MAVEN -> maven(in);
            case VERSIONS_OF_POM -> versions(in);
        };
    }

    private static List<MarkdownDocument> documents() throws IOException {
        try (Stream<Path> files = Files.list(DOCUMENTS)) {
            return Stream.concat(
                            Stream.of(README),
                            files.filter(it -> it.toString().endsWith(".md")).sorted())
                    .map(MarkdownDocument::read)
                    .toList();
        }
    }

    /** Relative links and their anchors exist; external ones are well formed. */
    private static List<String> links(MarkdownDocument in) throws IOException {
        List<String> problems = new ArrayList<>();
        // A link with a space is none to Markdown, and is shown as it stands.
        Pattern.compile("<https?:[^>]*\\s[^>]*>")
                .matcher(in.prose())
                .results()
                .forEach(it -> problems.add(it.group() + " has a space"));
        for (String link : in.links()) {
            if (link.startsWith("http:") || link.startsWith("https:")) {
                if (!isWellFormed(link)) {
                    problems.add(link + " is not a URL");
                }
                continue;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty()
                    ? in.file()
                    : in.file().resolveSibling(parts[0]).normalize();
            if (!target.toAbsolutePath().startsWith(TOP.toAbsolutePath().normalize()) || !Files.exists(target)) {
                problems.add(link + " does not exist");
            } else if (parts.length == 2
                    && !MarkdownDocument.read(target).anchors().contains(parts[1])) {
                problems.add(link + " has no such heading");
            }
        }
        return problems;
    }

    private static boolean isWellFormed(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null && !uri.getHost().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isKey(String key) {
        return Settings.find(key).isPresent()
                || key.endsWith("*")
                        && Settings.ALL.stream()
                                .anyMatch(it -> it.key().startsWith(key.substring(0, key.length() - 1)));
    }

    private static List<String> keys(MarkdownDocument in) throws IOException {
        List<String> problems = new ArrayList<>();
        for (String key : found(KEY, settings(in))) {
            boolean known = key.startsWith("percpu.") ? isKey(key) : isExternalKey(key);
            if (!known) {
                problems.add(key + " is not a key");
            }
        }
        problems.addAll(SettingsCheck.errors(name -> null, found(VARIABLE, in.text()), name -> true));
        return problems;
    }

    /** The code that names keys: no drawings, and of Java the strings only. */
    private static String settings(MarkdownDocument in) {
        Stream<String> strings = in.blocks("java").stream()
                .flatMap(it -> Pattern.compile("\"[^\"]*\"").matcher(it).results())
                .map(MatchResult::group);
        Stream<String> blocks = Stream.of("sh", "properties", "yaml", "promql").flatMap(it -> in.blocks(it).stream());
        return Stream.of(in.spans().stream(), blocks, strings).flatMap(it -> it).collect(Collectors.joining("\n"));
    }

    /** Returns whether a key of Quarkus or the Prometheus client is read by the sources, or has a value in Quarkus. */
    private static boolean isExternalKey(String key) throws IOException {
        Config config = ConfigProvider.getConfig();
        int name = key.lastIndexOf('.') + 1;
        Set<String> literals = literals("[\\w.-]+");
        return config.getConfigValue(key).getValue() != null
                || literals.contains(key)
                || literals.contains(key + ".")
                || literals.contains(key.substring(0, name)) && literals.contains(key.substring(name));
    }

    /** String literals of the main sources that match as a whole. */
    private static Set<String> literals(String regex) throws IOException {
        Pattern literal = Pattern.compile("\"(" + regex + ")\"");
        Set<String> literals = new HashSet<>();
        for (Path source : sources()) {
            literal.matcher(Files.readString(source)).results().forEach(it -> literals.add(it.group(1)));
        }
        return literals;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(TOP.resolve("src/main/java"))) {
            return files.filter(it -> it.toString().endsWith(".java")).toList();
        }
    }

    /** Names that a scrape exposes, or that the sources declare for events that a test cannot cause simply. */
    private List<String> metrics(MarkdownDocument in) throws IOException, InterruptedException {
        String scrapes = exposed();
        Map<String, String> families = families(scrapes);
        Set<String> names = scrapes.lines()
                .filter(it -> !it.startsWith("#"))
                .map(it -> it.replaceFirst("[ {].*", ""))
                .collect(Collectors.toSet());
        names.addAll(families.keySet());
        names.addAll(declaredRequestMeters());
        List<String> problems = new ArrayList<>();
        for (String name : found(METRIC, in.text())) {
            String type = families.getOrDefault(name.replaceFirst("_bucket$", ""), "");
            boolean buckets =
                    name.endsWith("_bucket") && Set.of("summary", "histogram").contains(type);
            if (!names.contains(name) && !buckets) {
                problems.add(name + " is not exposed");
            }
        }
        return problems;
    }

    /** Both scrapes, after a request whose metrics they show. */
    private String exposed() throws IOException, InterruptedException {
        get(application.resolve("/api/rseq"));
        get(management.resolve("/q/metrics"));
        return get(management.resolve("/q/metrics")).body()
                + get(management.resolve("/q/metrics/cpus")).body();
    }

    /** The type of each family. */
    private static Map<String, String> families(String scrape) {
        return scrape.lines()
                .filter(it -> it.startsWith("# TYPE "))
                .map(it -> it.split(" "))
                .collect(Collectors.toMap(it -> it[2], it -> it[3], (one, other) -> one));
    }

    private static Set<String> declaredRequestMeters() throws IOException {
        Set<String> names = new HashSet<>();
        PrometheusNamingConvention convention = new PrometheusNamingConvention();
        for (Path source : sources()) {
            METER.matcher(Files.readString(source)).results().forEach(it -> {
                Meter.Type type = switch (it.group(1)) {
                    case "Counter" -> Meter.Type.COUNTER;
                    case "Timer" -> Meter.Type.TIMER;
                    case "LongTaskTimer" -> Meter.Type.LONG_TASK_TIMER;
                    case "DistributionSummary" -> Meter.Type.DISTRIBUTION_SUMMARY;
                    default -> Meter.Type.GAUGE;
                };
                String unit = type == Meter.Type.TIMER || type == Meter.Type.LONG_TASK_TIMER ? "seconds" : null;
                String family = convention.name(it.group(2), type, unit);
                names.add(family);
                if (type == Meter.Type.COUNTER) {
                    names.add(family + "_total");
                }
            });
        }
        return names;
    }

    /** Targets and variables of make, jars, programs, and files of the project in commands. */
    private static List<String> commands(MarkdownDocument in) throws IOException {
        String makefile = Files.readString(TOP.resolve("Makefile"));
        List<String> problems = new ArrayList<>();
        for (String code : in.code()) {
            for (MatchResult call : MAKE.matcher(code).results().toList()) {
                makeArguments(call.group(1), makefile, problems);
            }
            for (MatchResult jar : JAR.matcher(code).results().toList()) {
                if (!makefile.contains(jar.group(1))) {
                    problems.add(jar.group(1) + " is not built");
                }
            }
        }
        for (String block : in.blocks("sh")) {
            for (String line : block.lines().toList()) {
                // A comment is no argument, and a variable before a command is a key.
                String[] words = line.replaceFirst("#.*", "")
                        .strip()
                        .replaceFirst("^(?:[A-Z_]+=\\S+ +)+", "")
                        .split(" +");
                if (!PROGRAMS.contains(words[0])) {
                    problems.add(words[0] + " is not a known program");
                }
                for (String word : words) {
                    // What a build makes may not be there yet: the Makefile names it.
                    boolean exists = word.startsWith("target/")
                            ? Files.readString(TOP.resolve("Makefile")).contains(word)
                            : Files.exists(TOP.resolve(word));
                    if (word.matches("(src|deploy|target)/.*") && !exists) {
                        problems.add(word + " does not exist");
                    }
                }
            }
        }
        return problems;
    }

    private static void makeArguments(String arguments, String makefile, List<String> problems) {
        for (MatchResult argument : Pattern.compile("([\\w.]+)(=?)(\"[^\"]*\"|\\S*)")
                .matcher(arguments)
                .results()
                .toList()) {
            String name = argument.group(1);
            boolean known = argument.group(2).isEmpty()
                    ? Pattern.compile("(?m)^" + name + ":").matcher(makefile).find()
                    : makefile.contains("$(" + name + ")");
            if (!known) {
                problems.add("make does not know " + name);
            }
        }
    }

    /** Every URL and path of the service answers. */
    private List<String> routes(MarkdownDocument in) throws IOException, InterruptedException {
        Set<URI> uris = new HashSet<>();
        LOCAL.matcher(in.text())
                .results()
                .forEach(it -> uris.add(
                        (it.group(1).equals("8080") ? application : management).resolve(encoded(it.group(2)))));
        METRICS_PATH.matcher(in.text()).results().forEach(it -> uris.add(management.resolve(it.group(1))));
        in.spans().stream()
                .filter(it -> ROUTE.matcher(it).matches())
                .forEach(it -> uris.add((isOfManagement(it) ? management : application).resolve(it)));
        List<String> problems = new ArrayList<>();
        for (URI uri : uris) {
            int status = get(uri).statusCode();
            if (status != 200) {
                problems.add(uri + " answers " + status);
            }
        }
        return problems;
    }

    private static boolean isOfManagement(String path) {
        return path.startsWith("/q/") && !path.equals("/q/openapi");
    }

    private static String encoded(String path) {
        return path.replace("[", "%5B").replace("]", "%5D");
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> classes(MarkdownDocument in) throws IOException {
        Set<String> known = sources().stream()
                .map(it -> it.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        return found(OWN_CLASS, in.text()).stream()
                .filter(it -> !known.contains(it))
                .map(it -> it + " is not a class")
                .toList();
    }

    /** Each example compiles: in the README with its own imports alone, elsewhere with the public package besides. */
    private List<String> java(MarkdownDocument in) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> problems = new ArrayList<>();
        for (String block : in.blocks("java")) {
            if (isPartOfAnExample(block)) {
                continue; // which is compiled and run by itself
            }
            String imports =
                    block.lines().filter(it -> it.startsWith("import ")).collect(Collectors.joining("\n"));
            String body = block.lines().filter(it -> !it.startsWith("import ")).collect(Collectors.joining("\n"));
            String given = in.file().equals(README) ? "" : "import dev.percpu.registry.*;\n";
            String source = given + imports + "\nclass Example { void run() throws Exception {\n" + body + "\n} }\n";
            DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
            try (StandardJavaFileManager files = compiler.getStandardFileManager(found, Locale.ROOT, null)) {
                files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
                boolean compiles = compiler.getTask(
                                null, files, found, List.of("-proc:none"), null, List.of(new Source(source)))
                        .call();
                if (!compiles) {
                    problems.add(found.getDiagnostics().stream()
                            .filter(it -> it.getKind() == Diagnostic.Kind.ERROR)
                            .map(it -> it.getMessage(Locale.ROOT))
                            .collect(Collectors.joining("; ")));
                }
            }
        }
        return problems;
    }

    /** Returns whether an application below src/it has these lines, at any depth. */
    private static boolean isPartOfAnExample(String block) throws IOException {
        try (Stream<Path> files = Files.walk(TOP.resolve("src/it"))) {
            return files.filter(it -> it.toString().endsWith(".java"))
                    .map(MarkdownDocument::read)
                    .anyMatch(it -> ("\n" + it.text().stripIndent())
                            .replaceAll("\n +", "\n")
                            .contains("\n" + block.replaceAll("\n +", "\n")));
        }
    }

    @Test
    void shouldShowTheEndpointOfTheVertxExample() throws IOException {
        List<String> blocks =
                MarkdownDocument.read(DOCUMENTS.resolve("library.md")).blocks("java");

        assertThat(blocks.stream().filter(it -> it.contains("HttpServerRequest")))
                .singleElement()
                .satisfies(it -> assertThat(isPartOfAnExample(it)).isTrue());
        assertThat(isPartOfAnExample("PerCpuMeterRegistry registry = null;\n")).isFalse();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        private Source(String text) {
            super(URI.create("string:///Example.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Dependencies in examples are this project, as its pom says. */
    private static List<String> maven(MarkdownDocument in) throws Exception {
        Element project = xml(Files.readString(TOP.resolve("pom.xml"))).getDocumentElement();
        List<String> problems = new ArrayList<>();
        for (String block : in.blocks("xml")) {
            try {
                Element dependency = xml(block).getDocumentElement();
                for (String name : List.of("groupId", "artifactId", "version")) {
                    if (!child(project, name).equals(child(dependency, name))) {
                        problems.add(
                                name + " must be " + child(project, name) + ", but was " + child(dependency, name));
                        break;
                    }
                }
            } catch (SAXException e) {
                problems.add(e.getMessage());
            }
        }
        return problems;
    }

    private static Document xml(String text) throws ParserConfigurationException, IOException, SAXException {
        var builder = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
        builder.setErrorHandler(null); // which would print
        return builder.parse(new InputSource(new StringReader(text)));
    }

    private static String child(Element parent, String name) {
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name)) {
                return node.getTextContent();
            }
        }
        return "missing";
    }

    private static List<String> versions(MarkdownDocument in) throws IOException {
        String pom = Files.readString(TOP.resolve("pom.xml"));
        List<String> problems = new ArrayList<>();
        VERSIONS.forEach((title, property) -> {
            Pattern mention = Pattern.compile(Pattern.quote(title) + "\\s+(\\d+\\.\\d+\\.\\d+)");
            for (MatchResult named : mention.matcher(in.prose()).results().toList()) {
                if (!pom.contains("<" + property + ">" + named.group(1) + "</")) {
                    problems.add(title + " " + named.group(1) + " is not the " + property + " of the pom");
                }
            }
        });
        return problems;
    }

    /** All that matches, each once. */
    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }
}
