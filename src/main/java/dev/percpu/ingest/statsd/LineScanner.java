package dev.percpu.ingest.statsd;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.RejectReason;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The first pass over packets: it finds the parts of each line, hashes name and tags, and converts the values. Not thread-safe. It allocates
 * nothing, except for values that are no numbers.
 *
 * <pre>
 *   line    name ":" sample { ":" sample }      further samples have no tags
 *   sample  value { ":" value } "|" type { "|" field }
 *   type    "c" | "g" | "ms" | "h" | "d" | "s"
 *   field   "@" rate | "#" tags | "c:" container | "card:" cardinality | "e:" external data | "T" timestamp
 * </pre>
 *
 * <p>A line ends with a line feed or a carriage return. Text is read in words of 8 bytes, so up to 7 bytes behind the end of a packet are read.
 *
 * <p>Most methods return a <i>stop</i>: the offset of the byte that ended a scan, times 256, plus that byte. A negative number is a
 * rejection.
 */
@SuppressWarnings("ShortCircuitBoolean") // fewer branches that the processor predicts wrongly
final class LineScanner {
    /** Receives what the scanner does not store. */
    interface Listener {
        /**
         * Receives rejected samples of a line, or a rejected line as one.
         *
         * @param line offset of the line
         */
        void rejected(RejectReason reason, long count, long line);

        /** Receives ignored samples, or an ignored line as one. */
        void ignored(IgnoredKind kind, long count);
    }

    static final int TYPE_COUNTER = 1;
    static final int TYPE_GAUGE = 2;
    static final int TYPE_MILLIS = 3;
    static final int TYPE_AMOUNT = 4;
    private static final int TYPE_SET = 5;

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long SPACES = ' ' * ONES;
    private static final long COLONS = ':' * ONES;
    private static final long ZEROS = '0' * ONES;

    /** Added to a byte, gives a number of at least 0x80 for {@code |} and all characters above it. */
    private static final long FROM_BAR = (0x80 - '|') * ONES;

    /** Added to a digit's value, gives a number of at least 0x80 from 10 on. */
    private static final long FROM_TEN = (0x80 - 10) * ONES;

    private static final int WORD_BITS = 64;

    /** Selects the number of bits before a byte from that of the byte's highest bit. */
    private static final int SHIFT_MASK = 0x78;

    private static final long PAIRS = 0x000000ff000000ffL;
    private static final long SECRET_STEP = 0x9e3779b97f4a7c15L;
    private static final long EVENT = '_' | 'e' << 8 | '{' << 16;
    private static final long SERVICE_CHECK = '_' | 's' << 8 | 'c' << 16 | '|' << 24;
    private static final long CARDINALITY = 'c' | 'a' << 8 | 'r' << 16 | (long) 'd' << 24 | (long) ':' << 32;

    /** Smallest sample rate. */
    private static final double MIN_RATE = 1e-6;

    private static final int MAX_EXPONENT = 10_000;

    private static final RejectReason[] REASONS = RejectReason.values();
    private static final long NO_NUMBER = -1;

    // Longs of a stored line.
    private static final int STRIDE = 8;
    private static final int HASH = 0;
    private static final int DESCRIPTION = 1;
    private static final int NAME = 2;
    private static final int TAGS = 3;
    private static final int PACKET = 4;
    private static final int FIRST_VALUE = 5;
    private static final int RATE = 6;

    private final Listener listener;

    /** Secret parts of the hash, so that senders cannot choose names that collide. */
    private final long hashSeed;

    private final long hashFactor;

    private int packet;

    private int lines;
    private long[] stored;

    private PacketBatch batch = new PacketBatch(1, 64);
    private int values;
    private long[] mantissas;

    /** Exponents times 2; the lowest bit is set if the value has a sign. */
    private int[] exponents;

    /** Hash of the last scan. */
    private long hash;

    // What the line has besides recorded values.
    private int badValues;
    private int valuesNotFinite;
    private int sets;

    /**
     * @param capacity number of lines for which there is memory from the start
     */
    LineScanner(int capacity, Listener listener) {
        this.listener = listener;
        this.stored = new long[STRIDE * (capacity + 1)];
        this.mantissas = new long[2 * capacity];
        this.exponents = new int[2 * capacity];
        SecureRandom random = new SecureRandom();
        this.hashSeed = random.nextLong();
        this.hashFactor = random.nextLong() | 1;
    }

    /** Sets the packet of the next lines, which is stored with them. */
    void select(PacketBatch newBatch, int newPacket) {
        batch = newBatch;
        packet = newPacket;
    }

    /** Removes all stored lines. */
    void clear() {
        lines = 0;
        values = 0;
    }

    /** Returns the number of stored lines. */
    int lines() {
        return lines;
    }

    long hash(int line) {
        return stored[line * STRIDE + HASH];
    }

    /** Returns the description of a line for a {@link SeriesTable}. */
    long description(int line) {
        return stored[line * STRIDE + DESCRIPTION];
    }

    /** Returns the offset of the name. */
    long name(int line) {
        return stored[line * STRIDE + NAME];
    }

    /** Returns the offset of the tags. It has no meaning if there are none. */
    long tags(int line) {
        return stored[line * STRIDE + TAGS];
    }

    int packet(int line) {
        return (int) stored[line * STRIDE + PACKET];
    }

    /** Returns the sample rate, 0.000001 to 1. */
    double rate(int line) {
        return Double.longBitsToDouble(stored[line * STRIDE + RATE]);
    }

    /** Returns the index of the first value of a line. Its values end at that of the next line. */
    int firstValue(int line) {
        return (int) stored[line * STRIDE + FIRST_VALUE];
    }

    long mantissa(int value) {
        return mantissas[value];
    }

    int exponent(int value) {
        return exponents[value] >> 1;
    }

    /** Returns whether a value starts with a sign. */
    boolean isSigned(int value) {
        return (exponents[value] & 1) != 0;
    }

    /** Scans a line, and returns the offset of the next one. */
    long scanLine(long start) {
        IgnoredKind ignored = ignoredKind(batch.word(start));
        if (ignored != null) {
            listener.ignored(ignored, 1);
            return nextLine(start);
        }
        int linesBefore = lines;
        int valuesBefore = values;
        badValues = 0;
        valuesNotFinite = 0;
        sets = 0;
        long stop = scanSamples(start);
        if (stop < 0) {
            lines = linesBefore;
            values = valuesBefore;
            listener.rejected(REASONS[(int) ~stop], 1, start);
            return nextLine(start);
        }
        if ((badValues | valuesNotFinite | sets) != 0) {
            reportUnrecorded(start);
        }
        return offset(stop) + 1;
    }

    private static long stop(long offset, int character) {
        return offset << Byte.SIZE | character;
    }

    private static long offset(long stop) {
        return stop >> Byte.SIZE;
    }

    private static int character(long stop) {
        return (int) stop & 0xff;
    }

    private static long rejection(RejectReason reason) {
        return ~reason.ordinal();
    }

    private static boolean isEnd(int character) {
        return character == '\n' | character == '\r';
    }

    private static @Nullable IgnoredKind ignoredKind(long word) {
        if ((word & 0xff) != '_') {
            return null;
        }
        if ((word & 0xffffff) == EVENT) {
            return IgnoredKind.EVENT;
        }
        return (word & 0xffffffffL) == SERVICE_CHECK ? IgnoredKind.SERVICE_CHECK : null;
    }

    private void reportUnrecorded(long start) {
        if (badValues > 0) {
            listener.rejected(RejectReason.VALUE, badValues, start);
        }
        if (valuesNotFinite > 0) {
            listener.rejected(RejectReason.NOT_FINITE, valuesNotFinite, start);
        }
        if (sets > 0) {
            listener.ignored(IgnoredKind.SET, sets);
        }
    }

    /** Returns the offset after the end of a line. */
    private long nextLine(long start) {
        long at = start;
        while (!isEnd(batch.unsignedByte(at))) {
            at++;
        }
        return at + 1;
    }

    private long scanSamples(long start) {
        long stop = scanName(start);
        int nameBytes = (int) (offset(stop) - start);
        if (character(stop) != ':') {
            return nameBytes == 0 ? stop : rejection(RejectReason.MALFORMED);
        }
        if (nameBytes == 0) {
            return rejection(RejectReason.MALFORMED);
        }
        if (nameBytes > SeriesTable.MAX_NAME) {
            return rejection(RejectReason.TOO_LONG);
        }
        long nameHash = hash;
        stop = scanSample(start, nameBytes, nameHash, stop, false);
        while (stop >= 0 && character(stop) == ':') {
            stop = scanSample(start, nameBytes, nameHash, stop, true);
        }
        return stop;
    }

    /**
     * Scans the values, the type and the fields of a sample.
     *
     * @param name offset of the name
     * @param colon stop before the first value
     * @param further whether it is not the first sample of the line
     */
    private long scanSample(long name, int nameBytes, long nameHash, long colon, boolean further) {
        int firstValue = values;
        int badBefore = badValues;
        int notFiniteBefore = valuesNotFinite;
        long stop = scanValues(colon);
        if (character(stop) != '|') {
            return rejection(RejectReason.MALFORMED);
        }
        long word = batch.word(offset(stop) + 1);
        int type = type(word);
        int typeBytes = type == TYPE_MILLIS ? 2 : 1;
        stop = stop(offset(stop) + 1 + typeBytes, (int) (word >>> (typeBytes * Byte.SIZE)) & 0xff);
        if (type == 0 | !isSeparator(character(stop))) {
            return rejection(RejectReason.TYPE);
        }
        double rate = 1;
        long tags = 0;
        int tagsBytes = 0;
        long lineHash = nameHash;
        while (character(stop) == '|') {
            long field = offset(stop) + 1;
            word = batch.word(field);
            int kind = (int) word & 0xff;
            if (kind == '#' & tags == 0) {
                tags = field + 1;
                stop = scanToBar(tags, nameHash);
                tagsBytes = (int) (offset(stop) - tags);
                lineHash = hash;
            } else if (kind == '@') {
                stop = number(field + 1);
                rate = rate(stop);
                if (!(rate >= MIN_RATE)) {
                    return rejection(RejectReason.SAMPLE_RATE);
                }
            } else if (isIgnoredField(word)) {
                stop = scanToBar(field, 0);
            } else {
                return rejection(RejectReason.FIELD);
            }
        }
        if (further & tags != 0) {
            return rejection(RejectReason.TYPE);
        }
        if (type == TYPE_SET) {
            values = firstValue; // which may be any text
            badValues = badBefore;
            valuesNotFinite = notFiniteBefore;
            sets++;
        } else if (values > firstValue) {
            store(lineHash, SeriesTable.description(type, nameBytes, tagsBytes), name, tags, firstValue, rate);
        }
        return stop;
    }

    /** Returns the type at the start of a word; 0 if it is unknown. */
    private static int type(long word) {
        return switch ((int) word & 0xff) {
            case 'c' -> TYPE_COUNTER;
            case 'g' -> TYPE_GAUGE;
            case 'm' -> (word & 0xff00) == 's' << 8 ? TYPE_MILLIS : 0;
            case 'h', 'd' -> TYPE_AMOUNT;
            case 's' -> TYPE_SET;
            default -> 0;
        };
    }

    private static boolean isSeparator(int character) {
        return character == '|' | character == ':' | isEnd(character);
    }

    /** Returns the rate that was scanned as a number; 0 if it is not allowed. */
    private double rate(long stop) {
        if (stop < 0 || !isSeparator(character(stop))) {
            return 0;
        }
        double rate = Decimal.toDouble(mantissas[values], exponents[values] >> 1);
        return rate == 0 ? 1 : rate <= 1 ? rate : 0;
    }

    /**
     * Returns whether a field is ignored: a timestamp, or one with a value.
     *
     * @param word the first bytes of the field
     */
    private static boolean isIgnoredField(long word) {
        int first = (int) word & 0xff;
        if (first == 'T') {
            return true;
        }
        int value;
        if ((word & 0xffffffffffL) == CARDINALITY) {
            value = (int) (word >>> 40) & 0xff;
        } else if ((first == 'c' | first == 'e') && ((int) (word >>> 8) & 0xff) == ':') {
            value = (int) (word >>> 16) & 0xff;
        } else {
            return false;
        }
        return value != '|' && !isEnd(value);
    }

    /** Scans to the first colon or the end of the line. Sets {@link #hash}. */
    private long scanName(long start) {
        long factor = hashFactor;
        long secret = hashSeed;
        long sum = 0;
        long at = start;
        for (; ; ) {
            long word = batch.word(at);
            long different = word ^ COLONS;
            // The lowest set bit marks the first match. A higher one can be wrong, so the byte is compared.
            long match = (((different - ONES) & ~different) | ((word - SPACES) & ~word)) & HIGHS;
            while (match != 0) {
                int shift = Long.numberOfTrailingZeros(match) & SHIFT_MASK;
                int character = (int) (word >>> shift) & 0xff;
                if (character == ':' | isEnd(character)) {
                    hash = sum + mix(secret ^ lowBits(word, shift), factor);
                    return stop(at + (shift >>> 3), character);
                }
                match &= match - 1;
            }
            // The products of the words do not depend on each other, so the processor computes them at the same time.
            sum += mix(secret ^ word, factor);
            secret += SECRET_STEP;
            at += Long.BYTES;
        }
    }

    /**
     * Scans to the first bar or the end of the line. Sets {@link #hash}.
     *
     * @param initialHash hash of the name
     */
    private long scanToBar(long start, long initialHash) {
        long factor = hashFactor;
        long secret = initialHash;
        long sum = initialHash;
        long at = start;
        for (; ; ) {
            long word = batch.word(at);
            // Matches control characters, the bar and all characters above it. Few tags have any other than the bar.
            long match = ((word - SPACES) | (word + FROM_BAR)) & HIGHS;
            while (match != 0) {
                int shift = Long.numberOfTrailingZeros(match) & SHIFT_MASK;
                int character = (int) (word >>> shift) & 0xff;
                if (character == '|' | isEnd(character)) {
                    hash = sum + mix(secret ^ lowBits(word, shift), factor);
                    return stop(at + (shift >>> 3), character);
                }
                match &= match - 1;
            }
            sum += mix(secret ^ word, factor);
            secret += SECRET_STEP;
            at += Long.BYTES;
        }
    }

    private static long lowBits(long word, int bits) {
        return word & ((1L << bits) - 1);
    }

    private static long mix(long value, long factor) {
        return Math.multiplyHigh(value, factor) ^ (value * factor);
    }

    /**
     * Scans the values of a sample, and adds those that are numbers.
     *
     * @param colon stop before the first value
     */
    private long scanValues(long colon) {
        long stop = colon;
        do {
            long from = offset(stop) + 1;
            stop = number(from);
            if (stop >= 0 && (character(stop) == '|' | character(stop) == ':')) {
                values++;
                // One more place: number() stores a rate there.
                if (values == mantissas.length) {
                    mantissas = Arrays.copyOf(mantissas, 2 * values);
                    exponents = Arrays.copyOf(exponents, 2 * values);
                }
            } else {
                stop = skipValue(from);
            }
        } while (character(stop) == ':');
        return stop;
    }

    /** Skips a value that is no decimal number. */
    private long skipValue(long from) {
        long at = from;
        int character = batch.unsignedByte(at);
        while (!isSeparator(character)) {
            character = batch.unsignedByte(++at);
        }
        if (isNotFinite(batch.bytes(from, at))) {
            valuesNotFinite++;
        } else {
            badValues++;
        }
        return stop(at, character);
    }

    private static boolean isNotFinite(byte[] value) {
        String text = new String(value, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        return switch (text.startsWith("+") || text.startsWith("-") ? text.substring(1) : text) {
            case "nan", "inf", "infinity" -> true;
            default -> false;
        };
    }

    /**
     * Scans a decimal number, and stores it in the place of the next value.
     *
     * @return {@link #NO_NUMBER} if there is none
     */
    private long number(long from) {
        long at = from;
        long word = batch.word(at);
        int first = (int) word & 0xff;
        boolean negative = first == '-';
        boolean signed = negative | first == '+';
        if (signed) {
            word = batch.word(++at);
        }
        long others = notDigits(word);
        int whole = Long.numberOfTrailingZeros(others) & SHIFT_MASK;
        int bits = whole;
        int after = (int) (word >>> whole) & 0xff;
        int power = 0;
        if (after == '.') {
            // Removes the point, and continues to the next byte that is not a digit.
            others &= others - 1;
            int end = Long.numberOfTrailingZeros(others) & SHIFT_MASK;
            if (end == WORD_BITS) {
                return longNumber(at, negative, signed);
            }
            bits = end - Byte.SIZE;
            power = -((bits - whole) >>> 3);
            after = (int) (word >>> end) & 0xff;
            word = lowBits(word, whole) | ((word >>> Byte.SIZE) & -(1L << whole));
            at++;
        }
        if (bits == 0 | whole == WORD_BITS | (after | 0x20) == 'e') {
            return longNumber(signed ? from + 1 : from, negative, signed);
        }
        long value = digits(word, bits);
        mantissas[values] = negative ? -value : value;
        exponents[values] = power << 1 | (signed ? 1 : 0);
        return stop(at + (bits >>> 3), after);
    }

    /** Returns a word in which the highest bit is set of each byte that is not a digit. */
    private static long notDigits(long word) {
        long digits = word ^ ZEROS;
        return (((digits & ~HIGHS) + FROM_TEN) | digits) & HIGHS;
    }

    /**
     * Returns the number of the first digits of a word, by three multiplications.
     *
     * @param bits 8 to 64, a multiple of 8
     */
    private static long digits(long word, int bits) {
        long digits = (word ^ ZEROS) << (WORD_BITS - bits);
        long pairs = digits * 10 + (digits >>> 8);
        return ((pairs & PAIRS) * (100 + (1_000_000L << 32)) + ((pairs >>> 16) & PAIRS) * (1 + (10_000L << 32))) >>> 32;
    }

    /** Scans an unsigned number of any length, and one that has an exponent or no digit before the point. */
    private long longNumber(long from, boolean negative, boolean signed) {
        long at = from;
        long value = 0;
        int digits = 0;
        int power = 0;
        boolean any = false;
        boolean point = false;
        int character = batch.unsignedByte(at);
        while (isDigit(character) || (character == '.' && !point)) {
            if (character == '.') {
                point = true;
            } else {
                any = true;
                if (digits < Decimal.MAX_DIGITS) {
                    value = value * 10 + (character - '0');
                    digits += value == 0 ? 0 : 1;
                    power -= point ? 1 : 0;
                } else {
                    power += point ? 0 : 1;
                }
            }
            character = batch.unsignedByte(++at);
        }
        if (!any) {
            return NO_NUMBER;
        }
        if ((character | 0x20) == 'e') {
            character = batch.unsignedByte(++at);
            boolean down = character == '-';
            if (down || character == '+') {
                character = batch.unsignedByte(++at);
            }
            if (!isDigit(character)) {
                return NO_NUMBER;
            }
            int shift = 0;
            while (isDigit(character)) {
                shift = Math.min(MAX_EXPONENT, shift * 10 + (character - '0'));
                character = batch.unsignedByte(++at);
            }
            power += down ? -shift : shift;
        }
        mantissas[values] = negative ? -value : value;
        exponents[values] = power << 1 | (signed ? 1 : 0);
        return stop(at, character & 0xff);
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private void store(long lineHash, long description, long name, long tags, int firstValue, double rate) {
        int at = lines * STRIDE;
        if (at + 2 * STRIDE > stored.length) {
            // Only one line with very many samples needs this: the caller records the lines before each line.
            stored = Arrays.copyOf(stored, 2 * stored.length);
        }
        long[] line = stored;
        line[at + HASH] = mix(lineHash ^ description, hashFactor);
        line[at + DESCRIPTION] = description;
        line[at + NAME] = name;
        line[at + TAGS] = tags;
        line[at + PACKET] = packet;
        line[at + FIRST_VALUE] = firstValue;
        line[at + RATE] = Double.doubleToRawLongBits(rate);
        line[at + STRIDE + FIRST_VALUE] = values;
        lines++;
    }
}
