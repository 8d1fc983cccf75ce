package dev.percpu.it;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrapeHistoryTest {
    private static final String TEXT = IntStream.range(0, 30)
            .mapToObj(i -> "# HELP a" + i + " A text.\n# TYPE a" + i + " gauge\na" + i + "{b=\"c d\"} 1.0\n")
            .collect(Collectors.joining());
    private static final String OWN = "# TYPE percpu_rseq_info gauge\npercpu_rseq_info 1.0\n";

    @TempDir
    private Path folder;

    @Test
    void shouldAcceptEqualScrapes() throws IOException {
        ScrapeHistory history = new ScrapeHistory(folder, "jvm_gc_.*", "a0\\{.*");
        history.add("prometheus", TEXT + "jvm_gc_pause_seconds_count 1\n");

        assertDoesNotThrow(() -> history.add("percpu", TEXT.replace("a0{b=\"c d\"} 1.0", "a0{b=\"c d\"} 2.0") + OWN));
        assertDoesNotThrow(() -> history.add("prometheus", TEXT));
    }

    @Test
    void shouldListEveryDifference() throws IOException {
        String changed = TEXT.replace("a1{b=\"c d\"} 1.0", "a1{b=\"c d\"} 2.0")
                .replace("a2{", "a2{x=\"y\",")
                .replace("# HELP a3 A text.", "# HELP a3 Another text.")
                .replace("# TYPE a4 gauge", "# TYPE a4 counter");
        assertEquals(
                List.of(
                        "# HELP a3 was A text., but is Another text.",
                        "# TYPE a4 was gauge, but is counter",
                        "a1{b=\"c d\"} was 1.0, but is 2.0",
                        "only the first scrape has a2{b=\"c d\"}",
                        "only the later scrape has a2{x=\"y\",b=\"c d\"}"),
                Scrape.parse(TEXT).differences(Scrape.parse(changed), name -> false, name -> false));
    }

    @Test
    void shouldRejectARunWithAnotherRegistry() {
        ScrapeHistory history = new ScrapeHistory(folder, "-", "-");

        assertTrue(message(() -> history.add("percpu", TEXT)).startsWith("A scrape must have metrics of percpu_"));
        assertTrue(message(() -> history.add("prometheus", TEXT + OWN))
                .startsWith("A scrape must have metrics of percpu_"));
        assertTrue(message(() -> history.add("percpu", TEXT + OWN)).startsWith("The first run must use"));
        assertTrue(message(() -> history.add("prometheus", "a 1\n")).startsWith("A scrape must have at least"));
    }

    private static String message(org.junit.jupiter.api.function.Executable run) {
        return assertThrows(AssertionError.class, run).getMessage();
    }

    @Test
    void shouldRejectARepeatedSeries() {
        assertThrows(IllegalArgumentException.class, () -> Scrape.parse("a 1\na 2\n"));
        assertThrows(IllegalArgumentException.class, () -> Scrape.parse("a\n"));
    }
}
