package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvn quarkus:dev} in a copy of the service or of an application, with changes of a class. Quarkus requires Maven 3.9 for it. */
@Tag("acceptance")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DevModeTest {
    private static final int RELOADS = 4;

    private static final Path SOURCES = Path.of(System.getProperty("test.basedir", "."));
    private static final Path MAVEN = Path.of(System.getProperty("test.maven.home", "target/maven/apache-maven-3.9.16"))
            .toAbsolutePath();
    private static final Pattern QUARKUS_JAR = Pattern.compile("percpu-metrics-(\\d.*)-quarkus\\.jar");

    /** What only the tests of the example use, which are not copied. */
    private static final Pattern TEST_DEPENDENCY =
            Pattern.compile("(?s)<dependency>\\s*<groupId>dev\\.percpu\\.it</groupId>.*?</dependency>");

    @TempDir
    private Path copy;

    private final int application;
    private final int management;

    DevModeTest() throws IOException {
        application = FreePort.next();
        management = FreePort.next();
    }

    @Test
    void shouldRecordRequestsAndSamplesAfterEachLiveReload() throws Exception {
        for (String part : List.of("pom.xml", ".mvn", ".build", "src/main")) {
            copy(SOURCES.resolve(part), copy.resolve(part));
        }
        int statsd = StatsdService.freePort();
        Path mapping = Files.writeString(copy.resolve("mapping.yml"), "mappings: []");

        String output = reload(
                "src/main/java/dev/percpu/service/Main.java",
                "/api/cpus",
                "/api/cpus",
                management,
                List.of(
                        "-Dpercpu.ingest.statsd.address=127.0.0.1:" + statsd,
                        "-Dpercpu.ingest.statsd.mapping=" + mapping,
                        "-Dpercpu.ingest.receivers=2"),
                dev -> assertThatSamplesAreReceived(dev, statsd));

        assertThat(output)
                .contains("page http://localhost:" + application + "/")
                .doesNotContain(":-1/");
    }

    /** The example in {@code src/it}, which depends on the jar with the classifier {@code quarkus}. */
    @Test
    void shouldRecordRequestsOfAnotherApplicationAfterEachLiveReload() throws Exception {
        for (String part : List.of("pom.xml", "src/main")) {
            copy(SOURCES.resolve("src/it/quarkus").resolve(part), copy.resolve(part));
        }
        Path pom = copy.resolve("pom.xml");
        Files.writeString(pom, TEST_DEPENDENCY.matcher(Files.readString(pom)).replaceFirst(""));
        Path repository = copy.resolve("repository");
        String version = installLibrary(repository);

        String output = reload(
                "src/main/java/dev/percpu/it/quarkus/Orders.java",
                "/orders/0",
                "/orders/{number}",
                application,
                List.of(
                        "-Dlibrary.version=" + version,
                        "-Dmaven.repo.local=" + repository,
                        "-Dmaven.repo.local.tail=" + System.getProperty("localRepository")),
                _ -> {});

        assertThat(output).contains("Records commit in rseq critical sections");
    }

    /** Puts the jar with the classifier {@code quarkus} into a local repository of Maven. Returns its version. */
    private static String installLibrary(Path repository) throws IOException {
        Path target = SOURCES.resolve("target");
        try (Stream<Path> files = Files.list(target)) {
            Matcher jar = files.map(it -> QUARKUS_JAR.matcher(it.getFileName().toString()))
                    .filter(Matcher::matches)
                    .findAny()
                    .orElseThrow();
            String version = jar.group(1);
            Path folder = repository.resolve("dev/percpu/percpu-metrics").resolve(version);
            copy(target.resolve(jar.group()), folder.resolve(jar.group()));
            copy(target.resolve("percpu-metrics.pom"), folder.resolve("percpu-metrics-" + version + ".pom"));
            return version;
        }
    }

    /** Asserts that the threads of this application receive, and that those of the applications before it have ended. */
    private void assertThatSamplesAreReceived(Program dev, int statsd) throws Exception {
        URI metrics = URI.create("http://127.0.0.1:" + management + "/q/metrics");
        String recorded = "dev_count " + (double) StatsdSenders.send(statsd, "dev.count:1|c", 3, 0) + "\n";
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        while (!get(metrics).contains(recorded) && !deadline.passed()) {
            deadline.pause();
        }

        assertThat(get(metrics)).as(dev.output()).contains(recorded);
        assertThat(threads(dev))
                .filteredOn(name -> name.startsWith("percpu-statsd") || name.startsWith("percpu-mapping"))
                .containsExactlyInAnyOrder("percpu-statsd-0", "percpu-statsd-1", "percpu-mapping");
    }

    /** Asserts something about a running application. */
    @FunctionalInterface
    private interface Check {
        void of(Program dev) throws Exception;
    }

    /**
     * Starts the application in the folder, and changes one of its classes several times.
     *
     * @param changed the class that is changed
     * @param path a path that returns status 200
     * @param uri the label of requests to this path
     * @param metricsPort the port of {@code /q/metrics}
     * @param check runs after the start and after each reload
     * @return all output
     */
    private String reload(String changed, String path, String uri, int metricsPort, List<String> options, Check check)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "JAVA_HOME=" + System.getProperty("java.home"),
                MAVEN.resolve("bin/mvn").toString(),
                "--batch-mode",
                "-Dquarkus.http.port=" + application,
                "-Dquarkus.management.port=" + management,
                "-Dquarkus.test.continuous-testing=disabled",
                "-Dquarkus.analytics.disabled=true"));
        command.addAll(options);
        command.add("quarkus:dev");
        URI page = URI.create("http://127.0.0.1:" + application + path);
        URI metrics = URI.create("http://127.0.0.1:" + metricsPort + "/q/metrics");
        try (Program dev = Program.start("dev", copy, command)) {
            dev.awaitOk(page);
            assertThat(get(metrics)).contains(requests(uri, 1));
            check.of(dev);

            for (int i = 0; i < RELOADS; i++) {
                change(copy.resolve(changed), i);
                awaitReload(dev, page, i + 1);
                get(page);
                get(page);
                assertThat(get(metrics)).as(dev.output()).contains(requests(uri, 2));
                check.of(dev);
            }

            assertThat(threads(dev)).as("threads").noneMatch(name -> name.startsWith("Cleaner"));
            assertThat(dev.output()).doesNotContain("ERROR");
            return dev.output();
        }
    }

    /** Returns the names of the threads of the JVM that Maven has started. */
    private static List<String> threads(Program dev) throws IOException {
        ProcessHandle jvm = ProcessHandle.of(dev.pid())
                .orElseThrow()
                .descendants()
                .reduce((first, second) -> second)
                .orElseThrow();
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(jvm.pid()), "task"))) {
            List<String> names = threads.map(DevModeTest::name).toList();
            assertThat(names).anyMatch(name -> name.startsWith("vert.x"));
            return names;
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException ended) {
            return "";
        }
    }

    private static String requests(String uri, int count) {
        return "http_server_requests_seconds_count{method=\"GET\",outcome=\"SUCCESS\",status=\"200\",uri=\"" + uri
                + "\"} " + count + "\n";
    }

    /** Adds a method to a class, which Quarkus compiles at the next request. */
    private static void change(Path file, int number) throws IOException {
        String source = Files.readString(file);
        int end = source.lastIndexOf('}');
        Files.writeString(file, source.substring(0, end) + "static void added" + number + "() {}\n}\n");
    }

    /** Sends requests until one of them has reloaded the application. Quarkus looks for changes every two seconds at most. */
    private static void awaitReload(Program dev, URI page, int reloads) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        do {
            get(page);
            deadline.pause();
        } while (dev.output().split("Live reload total time", -1).length <= reloads && !deadline.passed());
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                Files.createDirectories(target.getParent());
                if (!Files.isDirectory(path)) {
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
