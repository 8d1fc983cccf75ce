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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvn quarkus:dev} in a copy of the sources, with changes of a class. Quarkus requires Maven 3.9 for it. */
@Tag("acceptance")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DevModeTest {
    private static final int RELOADS = 4;

    @TempDir
    private Path copy;

    @Test
    void shouldRecordRequestsAfterEachLiveReload() throws Exception {
        Path sources = Path.of(System.getProperty("test.basedir", "."));
        for (String part : List.of("pom.xml", ".mvn", ".build", "src/main")) {
            copy(sources.resolve(part), copy.resolve(part));
        }
        Path maven = Path.of(System.getProperty("test.maven.home", "target/maven/apache-maven-3.9.16"))
                .toAbsolutePath();
        int application = FreePort.next();
        int management = FreePort.next();
        List<String> command = List.of(
                "env",
                "JAVA_HOME=" + System.getProperty("java.home"),
                maven.resolve("bin/mvn").toString(),
                "--batch-mode",
                "-Dquarkus.http.port=" + application,
                "-Dquarkus.management.port=" + management,
                "-Dquarkus.test.continuous-testing=disabled",
                "-Dquarkus.analytics.disabled=true",
                "quarkus:dev");
        URI page = URI.create("http://127.0.0.1:" + application + "/api/cpus");
        URI metrics = URI.create("http://127.0.0.1:" + management + "/q/metrics");
        try (Program dev = Program.start("dev", copy, command)) {
            dev.awaitOk(page);
            assertThat(get(metrics)).contains(requests("/api/cpus", 1));

            for (int i = 0; i < RELOADS; i++) {
                change(i);
                awaitReload(dev, page, i + 1);
                get(page);
                get(page);
                assertThat(get(metrics)).as(dev.output()).contains(requests("/api/cpus", 2));
            }

            assertThat(threads(dev)).as("threads").noneMatch(name -> name.startsWith("Cleaner"));
            assertThat(dev.output())
                    .contains("Page http://127.0.0.1:" + application + "/")
                    .doesNotContain(":-1/", "ERROR");
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
            return Files.readString(thread.resolve("comm"));
        } catch (IOException ended) {
            return "";
        }
    }

    private static String requests(String uri, int count) {
        return "http_server_requests_seconds_count{method=\"GET\",outcome=\"SUCCESS\",status=\"200\",uri=\"" + uri
                + "\"} " + count + "\n";
    }

    /** Adds a method to a class, which Quarkus compiles at the next request. */
    private void change(int number) throws IOException {
        Path file = copy.resolve("src/main/java/dev/percpu/service/Main.java");
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
