package dev.percpu.bench.ingest;

import dev.percpu.bench.ingest.StatsdReceiver.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run measured. Not thread-safe. */
final class IngestResults {
    private final Map<IngestCase, Map<Kind, List<Window>>> windows = new LinkedHashMap<>();
    private final Map<IngestCase, Integer> rates = new HashMap<>();
    private final Map<Kind, LargestRate> largestRates = new EnumMap<>(Kind.class);
    private final List<String> missing = new ArrayList<>();
    private @Nullable Service service;

    /**
     * The largest rate without loss.
     *
     * @param samplesPerSecond rate; 0 if packets were lost at each rate that was tried
     * @param sendersLimit whether the sender could not send more
     */
    record LargestRate(double samplesPerSecond, boolean sendersLimit) {}

    /**
     * Figures of the service alone.
     *
     * @param bytesPerPacket heap that the receiver's threads allocate per packet in the steady state
     * @param bytesPerSeries heap, shards and page tables of one timer with a histogram
     * @param libraryBytesPerSeries the same of a timer that an application registers
     */
    record Service(double bytesPerPacket, double bytesPerSeries, double libraryBytesPerSeries) {}

    void add(IngestCase load, Kind kind, Window window) {
        windows.computeIfAbsent(load, key -> new EnumMap<>(Kind.class))
                .computeIfAbsent(kind, key -> new ArrayList<>())
                .add(window);
    }

    void add(Kind kind, LargestRate rate) {
        largestRates.put(kind, rate);
    }

    /** Sets the rate of the receivers that are not slow, in packets per second. */
    void rate(IngestCase load, int packetsPerSecond) {
        rates.put(load, packetsPerSecond);
    }

    /** Returns the rate of the receivers that are not slow, or the largest one of the case if none was set. */
    int rate(IngestCase load) {
        return rates.getOrDefault(load, load.packetsPerSecond());
    }

    void service(Service measured) {
        service = measured;
    }

    /** Records that something was not measured, once. */
    void missing(String what, @Nullable String reason) {
        String line = what + ": " + reason;
        if (!missing.contains(line)) {
            missing.add(line);
        }
    }

    /** Returns the number of rounds. The last one may lack cases. */
    int rounds() {
        return windows.values().stream()
                .flatMap(kinds -> kinds.values().stream())
                .flatMap(List::stream)
                .mapToInt(Window::round)
                .max()
                .orElse(0);
    }

    List<IngestCase> cases() {
        return List.copyOf(windows.keySet());
    }

    List<Window> windows(IngestCase load, Kind kind) {
        return windows.getOrDefault(load, Map.of()).getOrDefault(kind, List.of());
    }

    Map<Kind, LargestRate> largestRates() {
        return largestRates;
    }

    @Nullable
    Service service() {
        return service;
    }

    List<String> missing() {
        return missing;
    }
}
