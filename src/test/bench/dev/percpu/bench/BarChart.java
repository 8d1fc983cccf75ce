package dev.percpu.bench;

import java.util.List;
import java.util.Locale;

/** An SVG chart with one horizontal bar for each implementation and number of threads. Bar lengths are proportional to nanoseconds. */
final class BarChart {
    private static final int WIDTH = 760;
    private static final int LABELS = 190;
    private static final int FIGURES = 90;
    private static final int BAR = 14;
    private static final int GAP = 8;
    private static final int TOP = 46;

    private final String title;
    private final List<Results.Entry> entries;

    BarChart(String title, List<Results.Entry> entries) {
        this.title = title;
        this.entries = entries;
    }

    String svg() {
        double longest =
                entries.stream().mapToDouble(Results.Entry::value).max().orElse(1);
        StringBuilder bars = new StringBuilder();
        int y = TOP;
        String impl = "";
        for (Results.Entry entry : byImplementation()) {
            if (!entry.impl().equals(impl)) {
                y += impl.isEmpty() ? 0 : GAP;
                impl = entry.impl();
            }
            bars.append(bar(entry, y, (WIDTH - LABELS - FIGURES) * entry.value() / longest));
            y += BAR + 2;
        }
        int height = y + GAP;
        return Svg.image(
                WIDTH,
                height,
                title,
                Svg.text(LABELS, 18, "start", title, Svg.BOLD)
                        + Svg.text(LABELS, 36, "start", "ns per operation, shorter is faster", "")
                        + bars);
    }

    private List<Results.Entry> byImplementation() {
        List<String> order =
                entries.stream().map(Results.Entry::impl).distinct().toList();
        return entries.stream()
                .sorted(java.util.Comparator.<Results.Entry>comparingInt(it -> order.indexOf(it.impl()))
                        .thenComparingInt(Results.Entry::threads))
                .toList();
    }

    private static String bar(Results.Entry entry, int y, double length) {
        String label = entry.impl() + ", " + entry.threads() + (entry.threads() == 1 ? " thread" : " threads");
        double visibleLength = Math.max(length, 1);
        return Svg.text(LABELS - 8, y + BAR - 3, "end", label, "")
                + String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                        LABELS,
                        y,
                        visibleLength,
                        BAR,
                        colour(entry.impl()))
                + Svg.text(LABELS + visibleLength + 6, y + BAR - 3, "start", Numbers.nanos(entry.value()), "");
    }

    private static String colour(String impl) {
        if (impl.startsWith(Impl.PERCPU)) {
            return Svg.PERCPU;
        }
        return impl.equals(Impl.EMPTY) || impl.equals(Impl.FLOOR) ? Svg.BOUND : Svg.PEER;
    }
}
