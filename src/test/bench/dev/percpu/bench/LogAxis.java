package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A logarithmic axis around some values, from one tick to another. Ticks are 1, 2 and 5 times the powers of ten.
 *
 * @param first the value where it begins
 * @param last the value where it ends
 * @param from the coordinate where it begins
 * @param to the coordinate where it ends
 */
record LogAxis(double first, double last, double from, double to) {
    private static final double[] STEPS = {1, 2, 5};

    /** Around positive values. */
    static LogAxis around(double[] values, double from, double to) {
        double least = DoubleStream.of(values).min().orElse(1);
        double most = DoubleStream.of(values).max().orElse(1);
        double first = ticks(least / 10, least).getLast();
        return new LogAxis(first, ticks(Math.max(most, first * 1.5), most * 20).getFirst(), from, to);
    }

    /** Where a value is. */
    double at(double value) {
        return from + (to - from) * Math.log(value / first) / Math.log(last / first);
    }

    List<Double> ticks() {
        return ticks(first, last);
    }

    /** Those from one value to another, both included. */
    private static List<Double> ticks(double least, double most) {
        List<Double> ticks = new ArrayList<>();
        double rounding = 1 + 1e-9;
        for (int power = (int) Math.floor(Math.log10(least)); Math.pow(10, power) <= most * rounding; power++) {
            for (double step : STEPS) {
                double tick = step * Math.pow(10, power);
                if (tick >= least / rounding && tick <= most * rounding) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }
}
