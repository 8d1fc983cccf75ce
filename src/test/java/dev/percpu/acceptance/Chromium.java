package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Debian's Chromium without a window. It records what a page must not do: messages on the console, errors, requests to other hosts.
 *
 * <p>Not thread-safe: Playwright handles the events of pages only while the thread of the test calls it.
 */
final class Chromium implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");

    private final Playwright playwright;
    private final Browser browser;

    Chromium() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(PROGRAM));
    }

    /**
     * Opens a page in a context without state.
     *
     * @param configure changes the default context: size, colors, JavaScript
     */
    Tab open(URI address, Consumer<Browser.NewContextOptions> configure) {
        Tab tab = tab(address, configure);
        tab.go();
        return tab;
    }

    /** Returns a tab that is still empty. */
    Tab tab(URI address, Consumer<Browser.NewContextOptions> configure) {
        Browser.NewContextOptions options = new Browser.NewContextOptions();
        configure.accept(options);
        return new Tab(browser.newContext(options), address);
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    /** A page. {@link #close} fails if the page did what it must not do. */
    static final class Tab implements AutoCloseable {
        private final BrowserContext context;
        private final URI address;
        private final Page page;
        private final List<String> complaints = new CopyOnWriteArrayList<>();
        private final List<String> requests = new CopyOnWriteArrayList<>();

        private Tab(BrowserContext context, URI address) {
            this.context = context;
            this.address = address;
            page = context.newPage();
            page.onConsoleMessage(message -> complaints.add("console: " + message.text()));
            page.onPageError(error -> complaints.add("error: " + error));
            page.onRequest(request -> {
                requests.add(URI.create(request.url()).getPath());
                if (!request.url().startsWith(address.toString())
                        && !request.url().startsWith("data:")) {
                    complaints.add("request to " + request.url());
                }
            });
        }

        Tab go() {
            page.navigate(address.toString());
            return this;
        }

        Page page() {
            return page;
        }

        BrowserContext context() {
            return context;
        }

        /** Returns the paths of all requests until now. */
        List<String> requests() {
            return List.copyOf(requests);
        }

        /** Returns the text of the only element that the CSS selector finds. */
        String text(String selector) {
            return page.locator(selector).innerText().strip();
        }

        /** Returns the texts of all elements that the CSS selector finds. */
        List<String> texts(String selector) {
            return page.locator(selector).allInnerTexts().stream()
                    .map(String::strip)
                    .toList();
        }

        /** Does not check the console: for a page whose requests fail on purpose. */
        void forgetComplaints() {
            complaints.clear();
        }

        @Override
        public void close() {
            context.close();
            assertThat(complaints)
                    .as("console messages, errors and foreign requests")
                    .isEmpty();
        }
    }
}
