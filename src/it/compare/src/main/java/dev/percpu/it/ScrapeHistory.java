package dev.percpu.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The scrapes of one example application, which runs several times, each time with another registry. The first is kept in a file. It is
 * the measure of all later ones.
 */
public final class ScrapeHistory {
    /** The metrics that this project adds: no other registry has them. */
    private static final String OWN = "percpu_";

    private static final int LEAST_SERIES = 20;

    private final Path folder;
    private final Pattern ignored;
    private final Pattern varying;

    /**
     * @param folder a folder that is empty before the first run, such as {@code target/scrapes}
     * @param ignored series that not every run has, such as pauses of the garbage collector, as a regular expression of name and labels
     * @param varying series whose value differs from run to run, such as times that the application measures, likewise
     */
    public ScrapeHistory(Path folder, String ignored, String varying) {
        this.folder = folder;
        this.ignored = Pattern.compile(ignored);
        this.varying = Pattern.compile(varying);
    }

    /**
     * Keeps the first scrape, and compares a later one with it.
     *
     * @param registry the registry of this run: {@code percpu} or {@code prometheus}
     * @param text the scrape in the text format 0.0.4
     * @throws AssertionError that lists all differences; also if the run did not use the given registry, and if nothing was recorded
     */
    public void add(String registry, String text) throws IOException {
        Scrape scrape = Scrape.parse(text);
        if (scrape.hasPrefix(OWN) != registry.equals("percpu")) {
            throw new AssertionError("A scrape must have metrics of " + OWN
                    + " if and only if its registry is percpu, but the registry is " + registry
                    + " and the scrape is:\n" + text);
        }
        if (scrape.series().size() < LEAST_SERIES) {
            throw new AssertionError("A scrape must have at least " + LEAST_SERIES + " series, but was:\n" + text);
        }
        Files.createDirectories(folder);
        Path first = folder.resolve("first.txt");
        Files.writeString(folder.resolve(registry + ".txt"), text);
        if (Files.notExists(first)) {
            if (!registry.equals("prometheus")) {
                throw new AssertionError("The first run must use the registry prometheus, but used " + registry);
            }
            Files.writeString(first, text);
            System.out.println("Kept " + scrape.series().size() + " series of the registry " + registry);
            return;
        }
        List<String> differences = Scrape.parse(Files.readString(first))
                .differences(
                        scrape,
                        name -> name.startsWith(OWN) || ignored.matcher(name).lookingAt(),
                        name -> varying.matcher(name).lookingAt());
        if (!differences.isEmpty()) {
            throw new AssertionError("The registry " + registry + " must expose what the first run exposed, but:\n"
                    + String.join("\n", differences));
        }
        System.out.println(
                "Compared " + scrape.series().size() + " series of the registry " + registry + ": no difference");
    }
}
