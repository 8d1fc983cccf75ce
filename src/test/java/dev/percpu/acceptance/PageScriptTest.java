package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.percpu.acceptance.Chromium.Tab;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script of the page with answers of the API that the test made up: many CPUs, errors, buckets, failures. */
@Tag("acceptance")
@Timeout(120)
class PageScriptTest {
    @TempDir
    private static Path directory;

    private static ServiceProcess service;
    private static Chromium chromium;

    private final long start = System.nanoTime();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        service = ServiceProcess.start(directory);
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        service.close();
    }

    /** Answers requests for a path with JSON that depends on the seconds since the start of the test. */
    private Tab answer(Tab tab, String path, DoubleFunction<String> json) {
        tab.page().route("**" + path, route -> fulfill(route, json.apply((System.nanoTime() - start) / 1e9)));
        return tab;
    }

    private static void fulfill(Route route, String json) {
        route.fulfill(
                new Route.FulfillOptions().setContentType("application/json").setBody(json.replace('\'', '"')));
    }

    private static Tab tab() {
        return chromium.tab(service.application(), PageTest.look(1280, 800, ColorScheme.LIGHT));
    }

    /** CPU number i of 0 to 63 records i thousand times a second, so node 1 of the two nodes has (32+...+63)/(0+...+63) of the records. */
    @Test
    void shouldGroupMoreThan16CpusByNumaNode() {
        try (Tab tab = answer(tab(), "/api/cpus", seconds -> cpus(64, seconds)).go()) {
            awaitText(tab, "#groups tbody[data-node='1'] td:nth-child(4)", "75.4 %");

            assertThat(tab.text("#groups tbody[data-node='0'] td:nth-child(2)")).isEqualTo("32");
            assertThat(tab.text("#groups tbody[data-node='0'] td:nth-child(4)")).isEqualTo("24.6 %");
            assertThat(rate(tab, "#groups tbody[data-node='1'] td:nth-child(3)"))
                    .isBetween(1_400_000.0, 1_640_000.0);
            assertThat(tab.page().locator(".strip span").count()).isEqualTo(65);
            assertThat(height(tab, "tbody[data-node='1'] .strip span:last-child"))
                    .isEqualTo(100);
            assertThat(height(tab, "tbody[data-node='0'] .strip span:last-child"))
                    .isBetween(48.0, 50.0);
            assertThat(tab.texts("#cpus tbody tr")).hasSize(65);
            assertThat(rate(tab, "#cpus tfoot .rate")).isBetween(1_800_000.0, 2_200_000.0);
            assertThat(tab.page().locator("#cpu-area").getAttribute("tabindex")).isEqualTo("0");
            PageTest.screenshot(tab, "64-cpus");
        }
    }

    @Test
    void shouldNotGroupUpTo16Cpus() {
        try (Tab tab = answer(tab(), "/api/cpus", seconds -> cpus(16, seconds)).go()) {
            awaitText(tab, "#cpus tbody tr:nth-child(16) td:nth-child(4)", "12.5 %");

            assertThat(tab.page().locator("#groups").isVisible()).isFalse();
            assertThat(tab.texts("#cpus tbody tr")).hasSize(17);
        }
    }

    private static String cpus(int count, double seconds) {
        return IntStream.range(0, count)
                .mapToObj(cpu -> "{'cpu':" + cpu + ",'numaNode':" + 2 * cpu / count + ",'online':true,'records':"
                        + (long) (cpu * 1000 * seconds) + ",'restarts':1}")
                .collect(Collectors.joining(",", "{'indexedBy':'cpu_id','cpus':[", "],'shared':{'records':0}}"));
    }

    @Test
    void shouldListShardsUnderMmCid() {
        String answer = "{'indexedBy':'mm_cid','cpus':[{'shard':0,'cpu':null,'numaNode':null,'online':null,"
                + "'records':7,'restarts':2}],'shared':{'records':1}}";
        try (Tab tab = answer(tab(), "/api/cpus", seconds -> answer).go()) {
            awaitText(tab, "#cpus tfoot td:nth-child(5)", "8");
            assertThat(tab.texts("#cpus tbody th")).containsExactly("0", "shared");
        }
    }

    /** 40 requests per second: 30 of 1 to 2 ms, 10 of 10 to 20 ms; 4 of all fail. */
    @Test
    void shouldComputeRatesAndPercentilesFromTwoAnswers() {
        try (Tab tab = answer(tab(), "/api/requests", PageScriptTest::requests).go()) {
            String row = "#routes tbody tr:nth-child(1) ";
            awaitText(tab, row + "td:nth-child(5)", "1.67 ms");

            assertThat(rate(tab, row + ".rate")).isBetween(36.0, 44.0);
            assertThat(rate(tab, row + "td:nth-child(3)")).isBetween(3.4, 4.6);
            assertThat(tab.text(row + "td:nth-child(4)")).isEqualTo("5 ms");
            assertThat(tab.text(row + "td:nth-child(6)")).isEqualTo("19.6 ms");
            assertThat(tab.text(row + "td:nth-child(7)")).isEqualTo("250 ms");
            assertThat(tab.text("#routes tfoot td:nth-child(6)")).isEqualTo("19.6 ms");
            assertThat(tab.text("#latency-summary")).endsWith("most of them 1 ms to 2 ms.");
        }
    }

    private static String requests(double seconds) {
        long quarters = (long) (10 * seconds);
        return "{'routes':[{'uri':'/items/{id}','method':'GET','count':" + 4 * quarters + ",'errors':"
                + (long) (4 * seconds)
                + ",'sumSeconds':" + 0.02 * quarters
                + ",'maxSeconds':0.25,'buckets':[{'le':0.001,'count':0},{'le':0.002,'count':"
                + 3 * quarters + "},{'le':0.01,'count':" + 3 * quarters + "},{'le':0.02,'count':" + 4 * quarters
                + "}]}]}";
    }

    @Test
    void shouldSayHowToGetBuckets() {
        try (Tab tab = tab().go()) {
            assertThat(tab.text(".buckets-hint")).contains("percpu.requests.histogram=classic");
            assertThat(tab.page().locator("#latency").isVisible()).isFalse();
            assertThat(tab.page().locator("#routes th.buckets").first().isVisible())
                    .isFalse();
        }
        try (Tab tab = answer(tab(), "/api/requests", PageScriptTest::requests).go()) {
            tab.page().locator("#latency").waitFor();
            assertThat(tab.page().locator(".buckets-hint").isVisible()).isFalse();
        }
    }

    /** 40,000 requests a second before the five minutes, and 40 after them. */
    @Test
    void shouldForgetLatenciesAfterFiveMinutes() {
        double[] slowFrom = {Double.MAX_VALUE};
        try (Tab tab = answer(
                tab(),
                "/api/requests",
                seconds -> requests(1000 * Math.min(seconds, slowFrom[0]) + Math.max(0, seconds - slowFrom[0])))) {
            tab.page().clock().install();
            tab.go();
            tab.page().waitForCondition(() -> tab.text("#latency-summary").contains(" requests, "));
            String before = tab.text("#latency-summary");
            slowFrom[0] = (System.nanoTime() - start) / 1e9;
            tab.page().clock().fastForward("05:10");
            tab.page().waitForCondition(() -> !tab.text("#latency-summary").equals(before));

            assertThat(requestsIn(tab.text("#latency-summary"))).isLessThan(requestsIn(before) / 10);
        }
    }

    private static int requestsIn(String summary) {
        return Integer.parseInt(summary.substring(0, summary.indexOf(' ')).replace(",", ""));
    }

    @Test
    void shouldStartAgainAfterARestartOfTheService() {
        double[] counts = {500, 500};
        try (Tab tab = answer(
                        tab(),
                        "/api/requests",
                        seconds -> "{'routes':[{'uri':'/a','method':'GET','count':" + counts[0]
                                + ",'errors':0,'sumSeconds':1,'maxSeconds':1,'buckets':null}]}")
                .go()) {
            awaitText(tab, "#routes tbody .rate", "0.0");
            counts[0] = 3;
            awaitText(tab, "#routes tbody td:nth-child(8)", "3");
            assertThat(tab.text("#routes tbody .rate")).isEqualTo("–");
        }
    }

    @Test
    void shouldShowANewRouteAtItsPlace() {
        String[] uris = {"/a", "/c"};
        try (Tab tab = answer(
                        tab(),
                        "/api/requests",
                        seconds -> Arrays.stream(uris)
                                .map(uri -> "{'uri':'" + uri + "','method':'GET','count':1,'errors':0,'sumSeconds':1,"
                                        + "'maxSeconds':1,'buckets':null}")
                                .collect(Collectors.joining(",", "{'routes':[", "]}")))
                .go()) {
            awaitText(tab, "#routes tbody tr:nth-child(2) th", "GET /c");
            uris[0] = "/b";
            awaitText(tab, "#routes tbody tr:nth-child(1) th", "GET /b");
            assertThat(tab.texts("#routes tbody th")).containsExactly("GET /b", "GET /c");
        }
    }

    @Test
    void shouldLeaveOutRequestsThatAreNotPublic() throws IOException, InterruptedException {
        try (ServiceProcess closed = ServiceProcess.start(directory, "percpu.page.requests=false");
                Tab tab = chromium.open(closed.application(), options -> {})) {
            tab.page().waitForResponse("**/api/cpus", () -> {});

            assertThat(tab.page().locator("#requests").count()).isZero();
            assertThat(tab.requests()).contains("/api/cpus").doesNotContain("/api/requests");
            assertThat(tab.page().content()).doesNotContain("NOT_FOUND", "api/requests");
        }
    }

    @Test
    void shouldReadTheFactsAgain() {
        try (Tab tab = tab().go()) {
            tab.page().route(service.application() + "/", route -> {
                String page = route.fetch().text();
                route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/html")
                        .setBody(
                                page.replaceFirst("<strong class=\"\\w+\">[^<]*", "<strong class=\"error\">Changed.")));
            });
            awaitText(tab, "#verdict", "Changed.");
        }
    }

    @Test
    void shouldReportThatTheServiceDoesNotAnswer() {
        try (Tab tab = tab().go()) {
            tab.page().route("**/api/*", Route::abort);
            tab.page().locator("#notice").waitFor();
            assertThat(tab.text("#notice")).startsWith("The service does not answer");
            tab.page().unrouteAll();
            tab.page()
                    .locator("#notice[hidden]")
                    .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
            tab.forgetComplaints();
        }
    }

    @Test
    void shouldComputeQuantilesAsPrometheusDoes() {
        try (Tab tab = tab().go()) {
            String buckets = "[{le: 1, count: 10}, {le: 2, count: 30}, {le: 4, count: 40}]";
            assertThat(latency(tab, "quantile(0.5, " + buckets + ", 40)")).isEqualTo(1.5);
            assertThat(latency(tab, "quantile(0.1, " + buckets + ", 40)")).isEqualTo(0.4);
            assertThat(latency(tab, "quantile(0.99, " + buckets + ", 50)")).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(latency(tab, "quantile(0.5, [], 0)")).isEqualTo(Double.NaN);
        }
    }

    /** A native histogram gets a bucket when it is needed. */
    @Test
    void shouldSubtractAnswersWithOtherBounds() {
        try (Tab tab = tab().go()) {
            assertThat(latency(
                            tab,
                            "difference([{le: 1, count: 2}, {le: 2, count: 5}, {le: 4, count: 9}],"
                                    + " [{le: 1, count: 1}, {le: 4, count: 3}]).map(bucket => bucket.count).join()"))
                    .isEqualTo("1,4,6");
            assertThat(latency(
                            tab,
                            "merged([[{le: 1, count: 1}, {le: 4, count: 3}], [{le: 2, count: 5}, {le: 4, count: 6}]])"
                                    + ".map(bucket => bucket.le + ':' + bucket.count).join()"))
                    .isEqualTo("1:1,2:6,4:9");
        }
    }

    private static Object latency(Tab tab, String call) {
        String name = call.substring(0, call.indexOf('('));
        Object value = tab.page()
                .evaluate("async () => (await import('/latency.js'))." + name + call.substring(name.length()));
        return value instanceof Integer number ? (Object) number.doubleValue() : value;
    }

    private static void awaitText(Tab tab, String selector, String text) {
        tab.page()
                .waitForFunction(
                        "([selector, text]) => document.querySelector(selector)?.innerText.trim() === text",
                        List.of(selector, text),
                        new Page.WaitForFunctionOptions().setTimeout(20_000));
    }

    private static double rate(Tab tab, String selector) {
        return Double.parseDouble(tab.text(selector).replace(",", ""));
    }

    private static double height(Tab tab, String selector) {
        return Double.parseDouble(
                ((String) tab.page().locator(selector).evaluate("column => column.style.height")).replace("%", ""));
    }
}
