package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A logarithmic axis that starts and ends at a tick. Ticks are 1, 2 and 5 times the powers of ten. Immutable.
 *
 * @param first value at the start, positive
 * @param last value at the end, greater than first
 * @param from coordinate of the start
 * @param to coordinate of the end
 */
record LogAxis(double first, double last, double from, double to) {
    private static final double[] STEPS = {1, 2, 5};

    /** Returns the shortest axis that contains these positive values. */
    static LogAxis around(double[] values, double from, double to) {
        double least = DoubleStream.of(values).min().orElse(1);
        double most = DoubleStream.of(values).max().orElse(1);
        double first = ticks(least / 10, least).getLast();
        return new LogAxis(first, ticks(Math.max(most, first * 1.5), most * 20).getFirst(), from, to);
    }

    /** Returns the coordinate of a value. */
    double coordinate(double value) {
        return from + (to - from) * Math.log(value / first) / Math.log(last / first);
    }

    /** Returns the ticks of this axis in ascending order. */
    List<Double> ticks() {
        return ticks(first, last);
    }

    /** Returns the ticks between two values, both inclusive. */
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
