package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.options.ColorScheme;
import dev.percpu.acceptance.Chromium.Tab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The part of the page that shows ingest, in Chromium. Screenshots are in {@code target/page}. */
@Tag("acceptance")
@Timeout(120)
class IngestPageTest {
    private static final int SECOND = 1000;

    @TempDir
    private static Path directory;

    private static StatsdService service;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        service = StatsdService.start(directory);
        long sent = StatsdSenders.send(service.port(), "p.count:1|c\np.count:one|c\np.users:7|s", 200, 2_000);
        service.awaitArrived(sent);
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        service.close();
    }

    @Test
    void shouldShowTheCountsWithoutJavaScript() throws IOException, InterruptedException {
        JsonNode counts = service.counts();

        try (Tab tab = chromium.open(service.process().application(), options -> options.setJavaScriptEnabled(false))) {
            assertThat(tab.texts("#counts tbody tr"))
                    .hasSize(rows().size())
                    .allSatisfy(row -> assertThat(row).startsWith("statsd "));
            assertThat(names(tab)).isEqualTo(rows());
            String all =
                    String.format(Locale.ROOT, "%,d", counts.path("packets").asLong());
            for (String row : List.of("samples recorded", "rejected: value", "ignored: set")) {
                assertThat(tab.text("#counts tr:has-text('" + row + "')")).endsWith(all);
            }
            assertThat(tab.text("#listeners")).contains("statsd on 127.0.0.1:" + service.port(), "receiver");
            assertThat(tab.page().locator(".live:visible").count())
                    .as("empty columns")
                    .isZero();
        }
    }

    private static List<String> names(Tab tab) {
        return tab.texts("#counts tbody th");
    }

    private static List<String> rows() {
        return Stream.of(
                        "samples recorded",
                        "packets received",
                        "packets dropped by the kernel",
                        "samples rejected",
                        "rejected: value",
                        "samples ignored",
                        "ignored: set")
                .map(name -> "statsd " + name)
                .toList();
    }

    @Test
    void shouldComputeRatesUnderLoad() throws Exception {
        try (Tab tab = chromium.open(service.process().application(), options -> {})) {
            tab.page().waitForResponse("**/api/ingest", () -> {});
            CompletableFuture<Long> load = CompletableFuture.supplyAsync(IngestPageTest::load);
            tab.page()
                    .waitForFunction("() => [...document.querySelectorAll('#counts tbody tr')].some("
                            + "row => row.textContent.includes('samples recorded')"
                            + " && parseFloat(row.cells[1].textContent.replace(',', '')) > 500)");
            assertThat(tab.page()
                            .locator("#counts tr:has-text('rejected: value') td.bad")
                            .count())
                    .isOne();
            assertThat(tab.page()
                            .locator("#counts tr:has-text('ignored: set') td.bad")
                            .count())
                    .isZero();
            assertThat(names(tab)).isEqualTo(rows());
            load.get();
        }
    }

    private static long load() {
        try {
            return StatsdSenders.send(service.port(), "p.count:1|c\np.count:one|c\np.users:7|s", 1_000, 1_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldStillSendOneRequestASecond() {
        try (Tab tab = chromium.open(service.process().application(), options -> {})) {
            tab.page().waitForResponse("**/api/ingest", () -> {});
            int start = tab.requests().size();
            tab.page().waitForTimeout(6 * SECOND);

            assertThat(tab.requests().size() - start).as("requests in 6 s").isBetween(4, 6);
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, 800, LIGHT", "1280, 800, DARK", "390, 844, LIGHT"})
    void shouldBeAccessible(int width, int height, ColorScheme colors) throws IOException {
        try (Tab tab = chromium.open(service.process().application(), PageTest.look(width, height, colors))) {
            tab.page().waitForTimeout(6 * SECOND);

            assertThat(tab.page().evaluate("() => document.documentElement.scrollWidth"))
                    .as("width of the content")
                    .isEqualTo(width);
            PageTest.screenshot(tab, "ingest-" + width + "-" + colors.name().toLowerCase(Locale.ROOT));
            assertThat(PageTest.axe(tab)).isEmpty();
        }
    }
}
