package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.percpu.acceptance.HttpLoad.Recorded;
import dev.percpu.acceptance.HttpLoad.Requests;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the packaged service, and the native library alone, on musl and on each glibc from 2.31 on. */
@Tag("acceptance")
class LibcMatrixTest {

    private static final List<String> SUITES = List.of("bookworm", "bullseye", "trixie", "sid");

    private static final List<Requests> PLAN = List.of(
            new Requests("GET", "/api/cpus", "/api/cpus", 200, 1_500),
            new Requests("GET", "/no/such/#", "NOT_FOUND", 404, 500));

    /** Forces dynamic TLS: access to the library's 8 bytes of TLS then uses the slow path of TLS descriptors. */
    private static final String DYNAMIC_TLS = "glibc.rtld.optional_static_tls=0";

    private static final String OWN_REGISTRATION = "glibc.pthread.rseq=0";

    private static final int RECORDS = 300_000;
    private static final long BUDGET_NANOS = 500_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final WorldsTable worlds = new WorldsTable("libc");

    @TestFactory
    Stream<DynamicTest> shouldCountExactlyAndReportTheRealStatusOnEachLibc() throws IOException {
        MatrixTable table = new MatrixTable("libc");
        Prefetch<String, Chroot> chroots = Prefetch.of(SUITES, Chroot::of, 2);
        List<DynamicTest> cells = new ArrayList<>();
        for (String suite : SUITES) {
            boolean needed = suite.equals("bookworm");
            cells.add(cell(table, suite + " service", remarks -> service(chroots.get(suite, needed), remarks)));
            for (String tunables : List.of("", DYNAMIC_TLS, OWN_REGISTRATION + ":" + DYNAMIC_TLS)) {
                cells.add(cell(
                        table,
                        suite + " driver " + tunables.replace("glibc.", ""),
                        remarks -> driver(inChroot(chroots.get(suite, needed), tunables), tunables, remarks)));
            }
        }
        cells.add(cell(table, "musl driver", remarks -> driver(onMusl(), "", remarks)));
        cells.add(dynamicTest("table in the document", worlds::check));
        return cells.stream();
    }

    private interface Check {
        void run(MatrixTable.Remarks remarks) throws Exception;
    }

    private static DynamicTest cell(MatrixTable table, String name, Check check) {
        return dynamicTest(name, () -> table.cell(name.strip(), check::run));
    }

    private void service(Chroot chroot, MatrixTable.Remarks remarks) throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(directory, chroot::wrap)) {
            Map<Recorded, Long> answers = HttpLoad.send(service.application(), PLAN, 4);
            Map<Recorded, Long> counts = counts(service);
            for (Deadline deadline = Deadline.in(Duration.ofSeconds(5));
                    !counts.equals(answers) && !deadline.passed(); ) {
                deadline.pause(); // a request is recorded after its response was written
                counts = counts(service);
            }
            Words probe = Words.parse(run(chroot.wrap(List.of(
                    MatrixPrograms.program("probe", MatrixPrograms.hostArch()).toString(),
                    Long.toString(service.pid())))));
            StatusCheck.of(service, probe);
            remarks.add(MatrixPrograms.describe(probe));
            remarks.add(counts.values().stream().mapToLong(Long::longValue).sum() + " of "
                    + answers.values().stream().mapToLong(Long::longValue).sum() + " requests counted");
            assertThat(counts).isEqualTo(answers);
            worlds.add(
                    "glibc " + probe.text("libcVersion"),
                    "service",
                    probe.text("owner"),
                    service.json("/api/rseq").path("mode").asText());
        }
    }

    /** Returns the counts of all requests in the scrape. Call it before any other request, for example for the status. */
    private static Map<Recorded, Long> counts(ServiceProcess service) throws IOException, InterruptedException {
        String scrape = service.scrape("/q/metrics", "text/plain;version=0.0.4");
        Map<Recorded, Long> counts = new HashMap<>();
        ScrapeText.values(scrape, "http_server_requests_seconds_count").forEach((labels, value) -> {
            assertThat(value).isEqualTo(Math.rint(value));
            counts.merge(
                    new Recorded(labels.get("method"), labels.get("status"), labels.get("uri")),
                    value.longValue(),
                    Long::sum);
        });
        return counts;
    }

    /** A system to run a program on: adds the words in front of the command. */
    private interface Environment {
        List<String> command(Path program, List<String> arguments);
    }

    private static Environment inChroot(Chroot chroot, String tunables) {
        return (program, arguments) ->
                chroot.wrap(concat(List.of("env", "GLIBC_TUNABLES=" + tunables, program.toString()), arguments));
    }

    private static Environment onMusl() throws IOException {
        String arch = MatrixPrograms.hostArch();
        Path libc = Prefetch.orSkip(() -> Testbeds.libc("musl", arch), true);
        Path loader = libc.resolve("lib/" + MatrixPrograms.machine(arch) + "-linux-musl/libc.so");
        return (program, arguments) -> concat(List.of(loader.toString(), program.toString()), arguments);
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private void driver(Environment environment, String tunables, MatrixTable.Remarks remarks)
            throws IOException, InterruptedException {
        String arch = MatrixPrograms.hostArch();
        Words probe = Words.parse(run(environment.command(MatrixPrograms.program("probe", arch), List.of())));
        Words driver = Words.parse(run(environment.command(
                MatrixPrograms.program("driver", arch),
                MatrixPrograms.driver(MatrixPrograms.library(arch).toString(), BUDGET_NANOS, RECORDS, 0))));
        remarks.add(MatrixPrograms.describe(probe));
        remarks.add(MatrixPrograms.describeRun(driver));
        MatrixPrograms.check(driver, probe);
        String version = probe.textOrNull("libcVersion");
        worlds.add(
                version == null ? "musl" : "glibc " + version,
                tunables.isEmpty() ? "library" : "library, `" + tunables + "`",
                probe.text("owner"),
                driver.text("mode"));
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        try (Program program = Program.start("cell", directory, command)) {
            return program.awaitEnd(TIMEOUT).output();
        }
    }
}
