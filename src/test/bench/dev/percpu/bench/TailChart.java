package dev.percpu.bench;

import java.util.List;
import java.util.Locale;

/** An SVG chart of latency distributions on a logarithmic axis. Each line runs from the median to the maximum. */
final class TailChart {
    /** Name of the file, without its extension. */
    static final String NAME = "tail";

    private static final int WIDTH = 760;
    private static final int LABELS = 250;
    private static final int RIGHT = 40;
    private static final int TOP = 64;
    private static final int ROW = 34;
    private static final String GRID = "#d1d5db";
    private static final List<String> UNITS =
            List.of("1 ns", "10 ns", "100 ns", "1 us", "10 us", "100 us", "1 ms", "10 ms", "100 ms", "1 s");

    private final List<Tail> tails;
    private final int from;
    private final int to;

    TailChart(List<Tail> tails) {
        this.tails = tails;
        double least = tails.stream().mapToDouble(Tail::p50).min().orElse(1);
        double most = tails.stream().mapToDouble(Tail::max).max().orElse(10);
        from = Math.clamp((int) Math.floor(Math.log10(Math.max(least, 1))), 0, UNITS.size() - 2);
        to = Math.clamp((int) Math.ceil(Math.log10(Math.max(most, 1))), from + 1, UNITS.size() - 1);
    }

    String svg() {
        int bottom = TOP + tails.size() * ROW;
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                        + "font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"latency of single records\">%n",
                WIDTH,
                bottom + 24,
                WIDTH,
                bottom + 24));
        out.append(text(LABELS, 18, "start", "Latency of single records", "font-size=\"15\" font-weight=\"bold\""));
        out.append(text(LABELS, 36, "start", "from left to right: p50, p99, p99.9, max; clock included", ""));
        for (int power = from; power <= to; power++) {
            double x = x(Math.pow(10, power));
            out.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>%n",
                    x,
                    TOP - 14,
                    x,
                    bottom,
                    GRID));
            out.append(text(x, bottom + 16, "middle", UNITS.get(power), ""));
        }
        int y = TOP;
        for (Tail tail : tails) {
            out.append(row(tail, y));
            y += ROW;
        }
        return out.append("</svg>\n").toString();
    }

    private String row(Tail tail, int y) {
        String colour = tail.impl().equals(Impl.PERCPU) ? Svg.PERCPU : Svg.PEER;
        String suffix = tail.caseName().equals(Cases.DURING_SCRAPE) ? "during scrapes" : "without scrapes";
        StringBuilder out = new StringBuilder(text(LABELS - 12, y + 4, "end", tail.impl() + ", " + suffix, ""));
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                x(tail.p50()),
                y,
                x(tail.max()),
                y,
                colour));
        for (double nanos : new double[] {tail.p50(), tail.p99(), tail.p999(), tail.max()}) {
            out.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"%s\"><title>%d ns</title></circle>%n",
                    x(nanos),
                    y,
                    colour,
                    Math.round(nanos)));
        }
        return out.toString();
    }

    private double x(double nanos) {
        double share = (Math.log10(Math.max(nanos, 1)) - from) / (to - from);
        return LABELS + Math.clamp(share, 0, 1) * (WIDTH - LABELS - RIGHT);
    }

    private static String text(double x, int y, String anchor, String content, String attributes) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\" %s>%s</text>%n",
                x,
                y,
                anchor,
                Svg.TEXT,
                attributes,
                content);
    }
}
