package dev.percpu.settings;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Type of a setting: the texts that are allowed, and the value of each. Immutable.
 *
 * @param <T> Java type of the values
 */
sealed interface SettingType<T> {
    /** Returns the name of the type, such as {@code duration}. */
    String name();

    /** Returns the allowed texts in words, to follow "must be". */
    String allowed();

    /**
     * Returns the value of a text.
     *
     * @param text without space around it, empty if it was blank
     * @throws RejectedItemException if an item of a list is not allowed
     * @throws IllegalArgumentException if the text is not allowed
     */
    T parse(String text);

    /** {@code true} or {@code false}. */
    record Flag() implements SettingType<Boolean> {
        @Override
        public String name() {
            return "boolean";
        }

        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public Boolean parse(String text) {
            boolean value = text.equalsIgnoreCase("true");
            check(value || text.equalsIgnoreCase("false"));
            return value;
        }
    }

    /** Constant of an enum, in lower case. */
    record Choice<E extends Enum<E>>(Class<E> type) implements SettingType<E> {
        @Override
        public String name() {
            return "choice";
        }

        @Override
        public String allowed() {
            List<String> words = words();
            int last = words.size() - 1;
            return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
        }

        @Override
        public E parse(String text) {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        }

        List<String> words() {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                    .toList();
        }
    }

    /** Whole number in a range. */
    record WholeNumber(int min, int max) implements SettingType<Integer> {
        @Override
        public String name() {
            return "integer";
        }

        @Override
        public String allowed() {
            return "a whole number from " + min + " to " + max;
        }

        @Override
        public Integer parse(String text) {
            int value = Integer.parseInt(text);
            check(min <= value && value <= max);
            return value;
        }
    }

    /** Finite number above 0. */
    record PositiveNumber() implements SettingType<Double> {
        @Override
        public String name() {
            return "number";
        }

        @Override
        public String allowed() {
            return "a number above 0";
        }

        @Override
        public Double parse(String text) {
            double value = Double.parseDouble(text);
            check(0 < value && value < Double.POSITIVE_INFINITY);
            return value;
        }
    }

    /**
     * Duration in a range.
     *
     * @param plain unit of a number without a unit
     */
    record TimeSpan(Duration min, Duration max, Durations.Unit plain) implements SettingType<Duration> {
        @Override
        public String name() {
            return "duration";
        }

        @Override
        public String allowed() {
            return "a duration from " + Durations.format(min) + " to " + Durations.format(max)
                    + " (such as 30s or PT1M; a plain number is in " + plain.plural() + ")";
        }

        @Override
        public Duration parse(String text) {
            Duration value = Durations.parse(text, plain);
            check(min.compareTo(value) <= 0 && value.compareTo(max) <= 0);
            return value;
        }
    }

    /**
     * Path of a folder. The caller checks whether the folder exists.
     *
     * @param file name of the file in the folder
     */
    record Folder(String file) implements SettingType<Optional<Path>> {
        @Override
        public String name() {
            return "folder";
        }

        @Override
        public String allowed() {
            return "a folder that holds " + file;
        }

        @Override
        public Optional<Path> parse(String text) {
            check(!text.isEmpty());
            return Optional.of(Path.of(text));
        }
    }

    /** Path of a file. The caller checks whether the file exists. */
    record File() implements SettingType<Optional<Path>> {
        @Override
        public String name() {
            return "file";
        }

        @Override
        public String allowed() {
            return "a path of a file";
        }

        @Override
        public Optional<Path> parse(String text) {
            check(!text.isEmpty());
            return Optional.of(Path.of(text));
        }
    }

    /**
     * Path of a Unix socket. The kernel has {@value #MAX_BYTES} bytes for it, without the terminating 0.
     *
     * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
     */
    record UnixSocket() implements SettingType<Optional<Path>> {
        static final int MAX_BYTES = 107;

        @Override
        public String name() {
            return "socket";
        }

        @Override
        public String allowed() {
            return "a path of at most " + MAX_BYTES + " bytes";
        }

        @Override
        public Optional<Path> parse(String text) {
            check(!text.isEmpty() && text.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES);
            return Optional.of(Path.of(text));
        }
    }

    /** Address to listen on. */
    record Endpoint() implements SettingType<ListenAddress> {
        @Override
        public String name() {
            return "address";
        }

        @Override
        public String allowed() {
            return "host:port (such as 127.0.0.1:8125 or [::1]:8125; a plain port is on 127.0.0.1)";
        }

        @Override
        public ListenAddress parse(String text) {
            return ListenAddress.parse(text);
        }
    }

    /** Size in a range, in bytes. */
    record ByteSize(long min, long max) implements SettingType<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,18})([kmg]?)");

        @Override
        public String name() {
            return "size";
        }

        @Override
        public String allowed() {
            return "a size from " + format(min) + " to " + format(max) + " (such as 4M; a plain number is in bytes)";
        }

        @Override
        public Long parse(String text) {
            Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
            check(form.matches());
            long number = Long.parseLong(form.group(1));
            int shift = shift(form.group(2));
            check(number <= max >> shift && number << shift >= min);
            return number << shift;
        }

        private static int shift(String unit) {
            return switch (unit) {
                case "k" -> 10;
                case "m" -> 20;
                case "g" -> 30;
                default -> 0;
            };
        }

        /** Returns a size in the largest unit of which it is a multiple: {@code 4M}. */
        static String format(long bytes) {
            String largest = "";
            for (String unit : List.of("k", "m", "g")) {
                if (bytes != 0 && bytes % (1L << shift(unit)) == 0) {
                    largest = unit;
                }
            }
            return (bytes >> shift(largest)) + largest.toUpperCase(Locale.ROOT);
        }
    }

    /** Text that is not blank. */
    record Text() implements SettingType<Optional<String>> {
        @Override
        public String name() {
            return "text";
        }

        @Override
        public String allowed() {
            return "a text";
        }

        @Override
        public Optional<String> parse(String text) {
            check(!text.isEmpty());
            return Optional.of(text);
        }
    }

    /** Item of a list of texts. */
    record ItemText() implements SettingType<String> {
        @Override
        public String name() {
            return "text";
        }

        @Override
        public String allowed() {
            return "a text";
        }

        @Override
        public String parse(String text) {
            check(!text.isEmpty());
            return text;
        }
    }

    /** Regular expression. */
    record Expression() implements SettingType<Pattern> {
        @Override
        public String name() {
            return "regular expression";
        }

        @Override
        public String allowed() {
            return "a regular expression";
        }

        @Override
        public Pattern parse(String text) {
            return Pattern.compile(text);
        }
    }

    /** Regular expression and a value, with an equals sign between them. */
    record Rewrite() implements SettingType<UriRewrite> {
        @Override
        public String name() {
            return "rewrite";
        }

        @Override
        public String allowed() {
            return "regular-expression=value";
        }

        @Override
        public UriRewrite parse(String text) {
            int equals = text.indexOf('=');
            check(equals > 0);
            return new UriRewrite(
                    Pattern.compile(text.substring(0, equals).strip()),
                    text.substring(equals + 1).strip());
        }
    }

    /** A word that means no value, or a value of another type. */
    record ValueOrWord<T>(String word, SettingType<T> type) implements SettingType<Optional<T>> {
        @Override
        public String name() {
            return type.name();
        }

        @Override
        public String allowed() {
            return word + (type instanceof Choice<?> ? ", " : " or ") + type.allowed();
        }

        @Override
        public Optional<T> parse(String text) {
            return text.equalsIgnoreCase(word) ? Optional.empty() : Optional.of(type.parse(text));
        }
    }

    /** Items with commas between them. A backslash escapes the next character, such as a comma. Blank items are skipped. */
    record ListOf<T>(SettingType<T> type) implements SettingType<List<T>> {
        @Override
        public String name() {
            return "list";
        }

        @Override
        public String allowed() {
            return "a comma-separated list, each item " + type.allowed();
        }

        @Override
        public List<T> parse(String text) {
            List<T> values = new ArrayList<>();
            for (String item : items(text)) {
                try {
                    values.add(type.parse(item));
                } catch (PatternSyntaxException e) {
                    throw new RejectedItemException("item " + item + ": " + e.getDescription(), e);
                } catch (IllegalArgumentException e) {
                    throw new RejectedItemException("item " + item, e);
                }
            }
            return List.copyOf(values);
        }

        /** Splits a text at commas as SmallRye Config does. A backslash escapes the next character. */
        private static List<String> items(String text) {
            List<String> items = new ArrayList<>();
            StringBuilder item = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == ',') {
                    items.add(item.toString());
                    item.setLength(0);
                } else if (c != '\\') {
                    item.append(c);
                } else if (++i < text.length()) {
                    item.append(text.charAt(i));
                }
            }
            items.add(item.toString());
            return items.stream().map(String::strip).filter(it -> !it.isEmpty()).toList();
        }
    }

    /** Thrown for a list with an item that is not allowed. The message names the item, and the error in a regular expression. */
    final class RejectedItemException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        RejectedItemException(String itemAndReason, IllegalArgumentException cause) {
            super(itemAndReason, cause);
        }
    }

    private static void check(boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException();
        }
    }
}
