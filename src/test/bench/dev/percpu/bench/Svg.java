package dev.percpu.bench;

import java.util.Locale;

/** Elements that all SVG charts share. Stateless. The colours differ in lightness, and are readable on light and dark pages. */
final class Svg {
    static final String TEXT = "#6b7280";
    static final String PERCPU = "#d9480f";
    static final String PEER = "#4c8dcb";
    static final String BOUND = "#9aa3ad";
    static final String BOLD = "font-size=\"15\" font-weight=\"bold\"";

    private Svg() {}

    /** Returns an image with the given content. */
    static String image(int width, int height, String title, String content) {
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                                + "font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"%s\">%n",
                        width,
                        height,
                        width,
                        height,
                        escaped(title))
                + content + "</svg>\n";
    }

    /**
     * Returns a text element.
     *
     * @param anchor part of the text that is at x: {@code start}, {@code middle} or {@code end}
     * @param attributes further attributes, or an empty text
     */
    static String text(double x, double y, String anchor, String content, String attributes) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\" fill=\"%s\" %s>%s</text>%n",
                x,
                y,
                anchor,
                TEXT,
                attributes,
                escaped(content));
    }

    private static String escaped(String content) {
        return content.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
