package dev.percpu.settings;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as text: {@code 30s}, {@code 250ms}, {@code 1h30m}, {@code PT1M}, in upper or lower case. Stateless. */
final class Durations {
    private static final Pattern PLAIN = Pattern.compile("\\d+");
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([a-z]+) ?");

    /** Digits that always fit into an int. */
    private static final int MAX_SIMPLE_DIGITS = 9;

    /** Unit of a number, from the smallest to the largest. */
    enum Unit {
        NS("nanoseconds", ChronoUnit.NANOS),
        US("microseconds", ChronoUnit.MICROS),
        MS("milliseconds", ChronoUnit.MILLIS),
        S("seconds", ChronoUnit.SECONDS),
        M("minutes", ChronoUnit.MINUTES),
        H("hours", ChronoUnit.HOURS),
        D("days", ChronoUnit.DAYS);

        private final String plural;
        private final ChronoUnit unit;

        Unit(String plural, ChronoUnit unit) {
            this.plural = plural;
            this.unit = unit;
        }

        private Duration length() {
            return unit.getDuration();
        }

        String plural() {
            return plural;
        }

        String symbol() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Durations() {}

    /**
     * Parses a duration.
     *
     * @param plain unit of a number without a unit
     * @throws IllegalArgumentException if the text is not a duration, or one that is too long for {@link Duration}
     */
    static Duration parse(String text, Unit plain) {
        try {
            String lowerCase = text.toLowerCase(Locale.ROOT);
            if (lowerCase.startsWith("p")) {
                return Duration.parse(lowerCase);
            }
            Duration simple = simple(lowerCase);
            if (simple != null) {
                return simple;
            }
            if (PLAIN.matcher(text).matches()) {
                return ofNanos(nanos(text, plain));
            }
            return sum(lowerCase);
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns a short whole number of one unit, such as 30s, without regular expressions and decimals: they slow a start down. Null for other texts. */
    private static @Nullable Duration simple(String text) {
        int digits = 0;
        int number = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            number = 10 * number + text.charAt(digits) - '0';
            digits++;
        }
        if (digits == 0 || digits > MAX_SIMPLE_DIGITS) {
            return null;
        }
        String symbol = text.substring(digits);
        for (Unit unit : Unit.values()) {
            if (unit.symbol().equals(symbol)) {
                return Duration.of(number, unit.unit);
            }
        }
        return null;
    }

    /** Returns a duration in the largest unit of which it is a multiple: {@code 90s}, {@code 1h}. */
    static String format(Duration duration) {
        Unit largest = Unit.NS;
        for (Unit unit : Unit.values()) {
            if (duration.equals(unit.length().multipliedBy(duration.dividedBy(unit.length())))) {
                largest = unit;
            }
        }
        return duration.dividedBy(largest.length()) + largest.symbol();
    }

    private static Duration sum(String text) {
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        int end = 0;
        while (part.region(end, text.length()).lookingAt()) {
            nanos = nanos.add(nanos(part.group(1), Unit.valueOf(part.group(2).toUpperCase(Locale.ROOT))));
            end = part.end();
        }
        if (end == 0 || end < text.length()) {
            throw new IllegalArgumentException();
        }
        return ofNanos(nanos);
    }

    private static BigDecimal nanos(String number, Unit unit) {
        return new BigDecimal(number).multiply(new BigDecimal(unit.length().toNanos()));
    }

    private static Duration ofNanos(BigDecimal nanos) {
        BigInteger[] seconds = nanos.toBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        return Duration.ofSeconds(seconds[0].longValueExact(), seconds[1].longValueExact());
    }
}
