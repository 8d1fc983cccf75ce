package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.ColorScheme;
import dev.percpu.acceptance.Chromium.Tab;
import dev.percpu.acceptance.HttpLoad.Requests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of the packaged service in Chromium, next to the answers of the API. Screenshots are in {@code target/page}. */
@Tag("acceptance")
@Timeout(120)
class PageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SECOND = 1000;
    private static final Path SCREENSHOTS = Path.of("target", "page").toAbsolutePath();

    /** Returns the pixels of the heat map. It reads a copy, because Chromium warns about reading from a canvas that it draws. */
    private static final String PIXELS = "() => { const map = document.getElementById('heat-map');"
            + " const copy = new OffscreenCanvas(map.width, map.height).getContext('2d', { willReadFrequently: true });"
            + " copy.drawImage(map, 0, 0); return copy.getImageData(0, 0, map.width, map.height).data; }";

    @TempDir
    private static Path directory;

    private static ServiceProcess service;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        service = ServiceProcess.start(directory, "percpu.requests.histogram=classic");
        HttpLoad.send(
                service.application(),
                List.of(
                        new Requests("GET", "/api/rseq", "/api/rseq", 200, 200),
                        new Requests("GET", "/no/such/path/#", "NOT_FOUND", 404, 20)),
                2);
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        service.close();
    }

    private static Tab open() {
        return chromium.open(service.application(), options -> {});
    }

    @Test
    void shouldShowTheStatusOfTheApi() throws IOException, InterruptedException {
        JsonNode rseq = service.json("/api/rseq");

        try (Tab tab = open()) {
            assertStatus(tab, rseq);
            assertThat(tab.text("#process")).startsWith("Version 0.").contains(", up ");
            assertThat(tab.page().locator("nav a").all().stream().map(link -> link.getAttribute("href")))
                    .containsExactly(
                            service.management().resolve("/q/metrics").toString(),
                            service.management().resolve("/q/health").toString(),
                            "q/openapi");
        }
    }

    @Test
    void shouldShowTheStatusWithoutJavaScript() throws IOException, InterruptedException {
        JsonNode rseq = service.json("/api/rseq");
        JsonNode cpus = service.json("/api/cpus");
        JsonNode requests = service.json("/api/requests");

        try (Tab tab = chromium.open(service.application(), options -> options.setJavaScriptEnabled(false))) {
            assertStatus(tab, rseq);
            assertThat(tab.texts("#cpus tbody tr")).hasSize(cpus.path("cpus").size() + 2);
            assertThat(tab.texts("#routes tbody th")).containsAll(routes(requests));
            assertThat(tab.text("#routes tr:has-text('NOT_FOUND')")).contains("20");
            assertThat(tab.page().locator(".live:visible").count())
                    .as("empty columns")
                    .isZero();
        }
    }

    private static void assertStatus(Tab tab, JsonNode rseq) {
        String kernel = rseq.at("/kernel/release").asText();
        if (rseq.path("active").asBoolean()) {
            assertThat(tab.text("#verdict"))
                    .startsWith("Fast path on: ")
                    .contains(" registered rseq on kernel " + kernel.replaceFirst("^(\\d+\\.\\d+).*", "$1") + ".");
        } else {
            assertThat(tab.text("#verdict"))
                    .contains("Fast path off: " + rseq.path("reason").asText());
        }
        List<JsonNode> findings = list(rseq.path("findings"));
        assertThat(tab.texts(".findings summary"))
                .isEqualTo(findings.stream()
                        .map(finding -> finding.path("severity").asText() + " "
                                + finding.path("what").asText())
                        .toList());
        assertThat(tab.page().locator(".findings details").allTextContents())
                .zipSatisfy(
                        findings,
                        (shown, finding) -> assertThat(shown)
                                .contains(
                                        finding.path("why").asText(),
                                        finding.path("todo").asText()));
        assertThat(tab.page().locator(".struct li").allTextContents().stream()
                        .map(text -> text.replaceAll("\\s+", " ").strip()))
                .isEqualTo(list(rseq.path("fields")).stream()
                        .map(field -> field(field, rseq.path("thread")))
                        .toList());
        assertThat(tab.text("#facts"))
                .contains(kernel + " " + rseq.at("/kernel/machine").asText())
                .contains(rseq.at("/libc/name").asText() + " "
                        + rseq.at("/libc/version").asText())
                .contains(rseq.at("/selfTest/result").asText())
                .contains(rseq.at("/shards/count").asText() + ", by "
                        + rseq.path("indexedBy").asText());
    }

    private static String field(JsonNode field, JsonNode thread) {
        String name = field.path("name").asText();
        String value = thread.hasNonNull(name) ? " = " + thread.path(name).asText() : "";
        return name + (field.path("available").asBoolean() ? value : " absent") + " offset "
                + field.path("offset").asInt() + ", " + field.path("size").asInt() + " bytes";
    }

    @Test
    void shouldDrawTheStructToScale() {
        try (Tab tab = open()) {
            double byteWidth = tab.page().locator(".struct .bytes-8").boundingBox().width / 8;

            assertThat(tab.page().locator(".struct .bytes-4").all())
                    .hasSize(6)
                    .allSatisfy(
                            field -> assertThat(field.boundingBox().width).isBetween(3.8 * byteWidth, 4.0 * byteWidth));
        }
    }

    /** The next answer of the same endpoint comes two seconds later. */
    @Test
    void shouldShowTheCountsOfTheApi() throws IOException {
        try (Tab tab = open()) {
            JsonNode cpus = nextAnswer(tab, "/api/cpus");
            assertThat(cells(tab, "#cpus", 4, 5))
                    .startsWith(list(cpus.path("cpus")).stream()
                            .map(cpu -> number(cpu.path("records")) + " " + number(cpu.path("restarts")))
                            .toArray(String[]::new))
                    .endsWith(number(cpus.at("/shared/records")) + " none");

            JsonNode requests = nextAnswer(tab, "/api/requests");
            assertThat(tab.texts("#routes tbody th")).isEqualTo(routes(requests));
            assertThat(cells(tab, "#routes", 7, 8))
                    .isEqualTo(list(requests.path("routes")).stream()
                            .map(route -> number(route.path("count")) + " " + number(route.path("errors")))
                            .toList());
        }
    }

    private static JsonNode nextAnswer(Tab tab, String path) throws IOException {
        Response response = tab.page().waitForResponse("**" + path, () -> {});
        JsonNode answer = JSON.readTree(response.body());
        tab.page().evaluate("() => new Promise(shown => setTimeout(shown, 100))");
        return answer;
    }

    private static List<String> routes(JsonNode requests) {
        return list(requests.path("routes")).stream()
                .map(route ->
                        route.path("method").asText() + " " + route.path("uri").asText())
                .toList();
    }

    private static List<String> cells(Tab tab, String table, int first, int second) {
        return tab.page().locator(table + " tbody tr").all().stream()
                .map(row -> row.locator("th, td").nth(first).innerText() + " "
                        + row.locator("th, td").nth(second).innerText())
                .toList();
    }

    private static String number(JsonNode number) {
        return number.isNull() ? "none" : String.format("%,d", number.asLong());
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    @Test
    void shouldMoveUnderLoad() throws Exception {
        try (Tab tab = open()) {
            CompletableFuture<Void> load = CompletableFuture.runAsync(PageTest::load);
            tab.page()
                    .waitForFunction(
                            "() => [...document.querySelectorAll('#routes tbody tr')].some("
                                    + "row => row.textContent.includes('NOT_FOUND') && parseFloat(row.cells[1].textContent) > 10)");
            tab.page()
                    .waitForFunction("() => [...document.querySelectorAll('#cpus tbody .bar > span')].some("
                            + "bar => bar.style.width === '100%')");
            List<String> before = tab.texts("#cpus .rate");
            tab.page()
                    .waitForFunction(
                            "before => [...document.querySelectorAll('#cpus .rate')].some((cell, i) => cell.innerText.trim() !== before[i])",
                            before);
            assertThat(tab.texts("#routes tr:has-text('NOT_FOUND') td.buckets"))
                    .hasSize(2)
                    .allMatch(text -> text.matches("[\\d.]+ (µs|ms|s)"), "a time");
            tab.page()
                    .waitForFunction("() => /[\\d,]+ requests, most of them .*/.test("
                            + "document.getElementById('latency-summary').innerText)");
            assertThat(paintedPixels(tab)).isPositive();
            load.get();
        }
    }

    private static void load() {
        try {
            HttpLoad.send(
                    service.application(), List.of(new Requests("GET", "/no/such/path/#", "NOT_FOUND", 404, 4_000)), 1);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int paintedPixels(Tab tab) {
        return (Integer)
                tab.page().evaluate("() => (" + PIXELS + ")().filter((value, i) => i % 4 === 3 && value > 0).length");
    }

    @Test
    void shouldSendOneRequestASecondAndNoneWhileHidden() {
        try (Tab tab = open()) {
            tab.page().waitForResponse("**/api/requests", () -> {});
            int start = tab.requests().size();
            tab.page().waitForTimeout(6 * SECOND);
            assertThat(tab.requests().size() - start).as("requests in 6 s").isBetween(4, 6);

            setVisibility(tab, "hidden");
            tab.page().waitForTimeout(SECOND / 2.0);
            int hidden = tab.requests().size();
            tab.page().waitForTimeout(3 * SECOND);
            assertThat(tab.requests()).hasSize(hidden);

            setVisibility(tab, "visible");
            tab.page().waitForTimeout(SECOND / 2.0);
            assertThat(tab.requests()).hasSize(hidden + 1);
        }
    }

    /** A page without a window is always visible. */
    private static void setVisibility(Tab tab, String state) {
        tab.page()
                .evaluate(
                        "state => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });"
                                + " document.dispatchEvent(new Event('visibilitychange')); }",
                        state);
    }

    @Test
    void shouldUseTheKeyboard() {
        try (Tab tab = open()) {
            List<String> focused = new ArrayList<>();
            int targets = tab.page().locator("a, summary").count();
            for (int i = 0; i < targets; i++) {
                tab.page().keyboard().press("Tab");
                focused.add((String) tab.page()
                        .evaluate("() => { const style = getComputedStyle(document.activeElement);"
                                + " return document.activeElement.tagName + ' ' + style.outlineStyle; }"));
            }
            assertThat(focused).allMatch(element -> element.matches("(A|SUMMARY) solid"), "with an outline");

            if (tab.page().locator("summary").count() > 0) {
                tab.page().locator("summary").first().focus();
                boolean open = tab.page().locator("details[open]").count() > 0;
                tab.page().keyboard().press("Enter");
                assertThat(tab.page().locator("details[open]").count() > 0).isNotEqualTo(open);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, 800, LIGHT", "1280, 800, DARK", "390, 844, LIGHT", "390, 844, DARK"})
    void shouldBeAccessible(int width, int height, ColorScheme colors) throws IOException {
        try (Tab tab = chromium.open(service.application(), look(width, height, colors))) {
            tab.page().waitForTimeout(5 * SECOND);

            assertThat(tab.page().evaluate("() => document.documentElement.scrollWidth"))
                    .as("width of the content")
                    .isEqualTo(width);
            screenshot(tab, width + "-" + colors.name().toLowerCase(Locale.ROOT));
            assertThat(axe(tab)).isEmpty();
        }
    }

    static Consumer<Browser.NewContextOptions> look(int width, int height, ColorScheme colors) {
        return options -> options.setViewportSize(width, height).setColorScheme(colors);
    }

    static void screenshot(Tab tab, String name) {
        tab.page()
                .screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    /** Returns the violations that axe-core finds. */
    static List<String> axe(Tab tab) throws IOException {
        try (InputStream script = Objects.requireNonNull(PageTest.class.getResourceAsStream("/axe.min.js"))) {
            tab.page().evaluate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        Object found = tab.page()
                .evaluate("async () => (await axe.run()).violations.flatMap(violation => violation.nodes.map("
                        + "node => violation.id + ': ' + node.target + ' ' + node.failureSummary))");
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }
}
