package dev.percpu.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What a scrape costs over a quantity, a line for each content, as SVG. Both axes are logarithmic: cost in proportion to the quantity is a
 * straight line that rises by one power of ten with each, whatever it begins with.
 */
final class GrowthChart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 80;
    private static final int RIGHT = 190;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    /** The width of a point's figure. */
    private static final int FIGURE = 50;

    private static final double NANOS_PER_MILLI = 1e6;
    private static final String[] COLOURS = {Svg.OURS, Svg.PEER, Svg.BOUND};

    private final String title;
    private final String quantity;
    private final List<Line> lines;
    private final LogAxis across;
    private final LogAxis up;

    /**
     * What was measured of one content.
     *
     * @param points in ascending order of their amounts, at least one
     */
    record Line(String content, List<Point> points) {
        /** By which power of the amount the cost grows, from the first point to the last; NaN if there is only one. */
        double exponent() {
            Point first = points.getFirst();
            Point last = points.getLast();
            return Math.log(last.nanos / first.nanos) / Math.log(last.amount / first.amount);
        }
    }

    /**
     * One point, both positive.
     *
     * @param amount of the chart's quantity
     */
    record Point(double amount, double nanos) {
        double millis() {
            return nanos / NANOS_PER_MILLI;
        }
    }

    /** @param quantity what the lower axis shows, with its unit */
    GrowthChart(String title, String quantity, List<Line> lines) {
        this.title = title;
        this.quantity = quantity;
        this.lines = lines;
        this.across = LogAxis.around(all(Point::amount), LEFT, WIDTH - RIGHT);
        this.up = LogAxis.around(all(Point::millis), HEIGHT - BOTTOM, TOP);
    }

    private double[] all(ToDoubleFunction<Point> coordinate) {
        return lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(coordinate)
                .toArray();
    }

    String svg() {
        StringBuilder out = new StringBuilder(Svg.text(LEFT, 18, "start", title, Svg.BOLD));
        out.append(Svg.text(LEFT, 36, "start", "milliseconds per scrape over " + quantity + ", both logarithmic", ""));
        for (double tick : across.ticks()) {
            double x = across.at(tick);
            out.append(stroke(x, TOP, x, HEIGHT - BOTTOM))
                    .append(Svg.text(x, HEIGHT - BOTTOM + 18, "middle", plain(tick), ""));
        }
        for (double tick : up.ticks()) {
            double y = up.at(tick);
            out.append(stroke(LEFT, y, WIDTH - RIGHT, y)).append(Svg.text(LEFT - 8, y + 4, "end", plain(tick), ""));
        }
        out.append(Svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", quantity, ""));
        String turned = String.format(Locale.ROOT, "transform=\"rotate(-90 20 %d)\"", (TOP + HEIGHT - BOTTOM) / 2);
        out.append(Svg.text(20, (TOP + HEIGHT - BOTTOM) / 2.0, "middle", "ms per scrape", turned));
        for (int i = 0; i < lines.size(); i++) {
            out.append(drawn(lines.get(i), COLOURS[i % COLOURS.length]));
        }
        return Svg.image(WIDTH, HEIGHT, title, out.toString());
    }

    private String drawn(Line line, String colour) {
        StringBuilder path = new StringBuilder();
        StringBuilder points = new StringBuilder();
        for (Point point : line.points()) {
            double x = across.at(point.amount());
            double y = up.at(point.millis());
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            points.append(String.format(
                    Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n", x, y, colour));
            points.append(
                    x > LEFT + FIGURE
                            ? Svg.text(x - 6, y - 7, "end", plain(point.millis()), "")
                            // not over the figures of the axis
                            : Svg.text(x + 8, y + 14, "start", plain(point.millis()), ""));
        }
        Point last = line.points().getLast();
        double x = across.at(last.amount()) + 10;
        double y = up.at(last.millis());
        double exponent = line.exponent();
        return String.format(
                        Locale.ROOT,
                        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                        path.toString().strip(),
                        colour)
                + points
                + Svg.text(x, y, "start", line.content(), "font-weight=\"bold\"")
                + (Double.isNaN(exponent)
                        ? ""
                        : Svg.text(
                                x, y + 15, "start", String.format(Locale.ROOT, "to the power of %.2f", exponent), ""));
    }

    private static String stroke(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-opacity=\"0.3\"/>%n",
                x1,
                y1,
                x2,
                y2,
                Svg.BOUND);
    }

    /** With three significant digits and without exponent. */
    private static String plain(double value) {
        return new BigDecimal(value, new MathContext(3)).stripTrailingZeros().toPlainString();
    }
}
