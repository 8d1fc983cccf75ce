package dev.percpu.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * An SVG chart of the time of a scrape over a quantity, with one line for each content.
 *
 * <p>Both axes are logarithmic. A time in proportion to the quantity is a straight line with slope 1.
 */
final class GrowthChart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 80;
    private static final int RIGHT = 190;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    /** Width of the figure at a point, in pixels. */
    private static final int FIGURE = 50;

    private static final double NANOS_PER_MILLI = 1e6;
    private static final String[] COLOURS = {Svg.PERCPU, Svg.PEER, Svg.BOUND};

    private final String title;
    private final String quantity;
    private final List<Line> lines;
    private final LogAxis xAxis;
    private final LogAxis yAxis;

    /**
     * A line of the chart.
     *
     * @param content title of the line
     * @param points at least one point, in ascending order of the amounts
     */
    record Line(String content, List<Point> points) {
        /** Returns the slope from the first point to the last: the exponent of growth. NaN if there is one point. */
        double exponent() {
            Point first = points.getFirst();
            Point last = points.getLast();
            return Math.log(last.nanos / first.nanos) / Math.log(last.amount / first.amount);
        }
    }

    /**
     * A point of a line.
     *
     * @param amount value on the lower axis, positive
     * @param nanos time of a scrape in nanoseconds, positive
     */
    record Point(double amount, double nanos) {
        double millis() {
            return nanos / NANOS_PER_MILLI;
        }
    }

    /**
     * Creates a chart.
     *
     * @param quantity title of the lower axis, with its unit
     */
    GrowthChart(String title, String quantity, List<Line> lines) {
        this.title = title;
        this.quantity = quantity;
        this.lines = lines;
        this.xAxis = LogAxis.around(all(Point::amount), LEFT, WIDTH - RIGHT);
        this.yAxis = LogAxis.around(all(Point::millis), HEIGHT - BOTTOM, TOP);
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
        for (double tick : xAxis.ticks()) {
            double x = xAxis.coordinate(tick);
            out.append(stroke(x, TOP, x, HEIGHT - BOTTOM))
                    .append(Svg.text(x, HEIGHT - BOTTOM + 18, "middle", format(tick), ""));
        }
        for (double tick : yAxis.ticks()) {
            double y = yAxis.coordinate(tick);
            out.append(stroke(LEFT, y, WIDTH - RIGHT, y)).append(Svg.text(LEFT - 8, y + 4, "end", format(tick), ""));
        }
        out.append(Svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", quantity, ""));
        String rotation = String.format(Locale.ROOT, "transform=\"rotate(-90 20 %d)\"", (TOP + HEIGHT - BOTTOM) / 2);
        out.append(Svg.text(20, (TOP + HEIGHT - BOTTOM) / 2.0, "middle", "ms per scrape", rotation));
        for (int i = 0; i < lines.size(); i++) {
            out.append(draw(lines.get(i), COLOURS[i % COLOURS.length]));
        }
        return Svg.image(WIDTH, HEIGHT, title, out.toString());
    }

    private String draw(Line line, String colour) {
        StringBuilder path = new StringBuilder();
        StringBuilder points = new StringBuilder();
        for (Point point : line.points()) {
            double x = xAxis.coordinate(point.amount());
            double y = yAxis.coordinate(point.millis());
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            points.append(String.format(
                    Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n", x, y, colour));
            points.append(
                    x > LEFT + FIGURE
                            ? Svg.text(x - 6, y - 7, "end", format(point.millis()), "")
                            // Left of the point, the figure would cover the figures of the axis.
                            : Svg.text(x + 8, y + 14, "start", format(point.millis()), ""));
        }
        Point last = line.points().getLast();
        double x = xAxis.coordinate(last.amount()) + 10;
        double y = yAxis.coordinate(last.millis());
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
                        : Svg.text(x, y + 15, "start", String.format(Locale.ROOT, "exponent %.2f", exponent), ""));
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

    /** Returns the value with three significant digits and without an exponent. */
    private static String format(double value) {
        return new BigDecimal(value, new MathContext(3)).stripTrailingZeros().toPlainString();
    }
}
