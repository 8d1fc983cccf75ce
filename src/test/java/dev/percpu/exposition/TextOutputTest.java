package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TextOutputTest {
    private final Random random = new Random(11);
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private final StringBuilder expected = new StringBuilder();
    private int largest;

    private final TextOutput output = new TextOutput().to(new OutputStream() {
        @Override
        public void write(int b) {
            throw new AssertionError("wrote a single byte");
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            largest = Math.max(largest, count);
            arrived.write(bytes, from, count);
        }
    });

    private byte[] text(int length) {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) ('a' + random.nextInt(26)));
        return text;
    }

    private static String string(byte[] text) {
        return new String(text, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldWriteAllBytesAcrossTheEndOfAChunk() throws IOException {
        byte[] name = text(20);
        byte[] labels = text(90);
        TextBounds bounds = TextBounds.of(new double[] {0.25, 1e-7, Double.POSITIVE_INFINITY});
        for (int i = 0; i < 40_000; i++) {
            output.putSample(name, labels, 10, i % 3 == 0 ? 0 : 70);
            expected.append(string(name))
                    .append(i % 3 == 0 ? "" : string(labels).substring(10, 80));
            output.put((long) i);
            output.put('\n');
            output.put(i / 8.0);
            output.put(' ');
            output.putSeconds(i * 1_234_567L);
            output.put(' ');
            output.putBuckets(labels, 50, bounds, new long[] {i, i, 10L * i});
            output.putTimestamp(1_700_000_000_000L + i);
            expected.append(i)
                    .append('\n')
                    .append(i / 8.0)
                    .append(' ')
                    .append(i * 1_234_567L / 1e9)
                    .append(' ');
            String prefix = string(labels).substring(0, 50);
            expected.append(prefix).append("0.25\"} ").append(i).append('\n');
            expected.append(prefix).append("1.0E-7\"} ").append(i).append('\n');
            expected.append(prefix).append("+Inf\"} ").append(10 * i).append('\n');
            expected.append(String.format("%d.%03d", 1_700_000_000 + i / 1000, i % 1000));
        }
        output.end();

        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
        assertThat(largest).isBetween(TextOutput.CHUNK_BYTES - 200, TextOutput.CHUNK_BYTES);
    }

    /** Prefixes are copied in units of several bytes, from arrays that end at the prefix or after it. */
    @Test
    void shouldWritePrefixesAndCountsOfAnyLength() throws IOException {
        TextBounds bounds = TextBounds.of(new double[] {0.25, 12.5, Double.POSITIVE_INFINITY});
        for (int prefixBytes = 1; prefixBytes <= 200; prefixBytes++) {
            for (int more : new int[] {0, 1, 63, 300}) {
                byte[] prefix = text(prefixBytes + more);
                long count = random.nextLong() >>> random.nextInt(1, 64);
                long[] counts = {count / 1000, count / 10, count};
                output.putBuckets(prefix, prefixBytes, bounds, counts);
                String same = string(prefix).substring(0, prefixBytes);
                for (int i = 0; i < counts.length; i++) {
                    String bound = string(bounds.text())
                            .substring(i * TextBounds.SLOT_BYTES, i * TextBounds.SLOT_BYTES + bounds.lengths()[i]);
                    expected.append(same).append(bound).append(counts[i]).append('\n');
                }
            }
        }
        output.end();

        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
    }

    /** Begins at each of the last bytes of a chunk. */
    @Test
    void shouldWriteTheLongestBoundsAndCountsUpToTheLastByteOfAChunk() throws IOException {
        double[] longest = {-Double.MIN_NORMAL, Double.MIN_NORMAL, Double.POSITIVE_INFINITY};
        assertThat(Double.toString(longest[0])).hasSize(24);
        TextBounds bounds = TextBounds.of(longest);
        long[][] allCounts = {
            {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE},
            {Long.MAX_VALUE - 2, Long.MAX_VALUE - 1, Long.MAX_VALUE},
            {0, Long.MAX_VALUE, Long.MAX_VALUE},
        };
        byte[] prefix = text(30);
        for (long[] counts : allCounts) {
            for (int left = 0; left <= 3 * (prefix.length + 2 * TextBounds.SLOT_BYTES); left++) {
                byte[] filler = text(TextOutput.CHUNK_BYTES - left);
                output.to(arrived).put(filler);
                output.putBuckets(prefix, prefix.length, bounds, counts);
                output.end();

                StringBuilder text = new StringBuilder(string(filler));
                for (int i = 0; i < longest.length; i++) {
                    String bound = Double.isFinite(longest[i]) ? Double.toString(longest[i]) : "+Inf";
                    text.append(string(prefix))
                            .append(bound)
                            .append("\"} ")
                            .append(counts[i])
                            .append('\n');
                }
                assertThat(arrived.toString(StandardCharsets.US_ASCII))
                        .as("%d bytes left", left)
                        .isEqualTo(text.toString());
                arrived.reset();
            }
        }
    }

    @Test
    void shouldWriteTheLongestNumbersUpToTheLastByteOfAChunk() throws IOException {
        for (int left = 0; left <= 3 * Decimals.MAX_BYTES; left++) {
            byte[] filler = text(TextOutput.CHUNK_BYTES - left);
            output.to(arrived).put(filler);
            output.put(Long.MIN_VALUE);
            output.put(-Double.MIN_NORMAL);
            output.putSeconds(Long.MAX_VALUE);
            output.end();

            assertThat(arrived.toString(StandardCharsets.US_ASCII))
                    .as("%d bytes left", left)
                    .isEqualTo(string(filler) + Long.MIN_VALUE + -Double.MIN_NORMAL + Long.MAX_VALUE / 1e9);
            arrived.reset();
        }
    }

    private static final double[] DOUBLES = {
        -Double.MIN_NORMAL, 1, 0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1.5e7, -0.0, 1e300
    };
    private static final long[] NANOS = {
        Long.MAX_VALUE, 0, 1, 123_456, 1_500_000_000, 12_345_678_901L, 7, 999_999, 1L << 60
    };
    private static final long[] COUNTS = {Long.MAX_VALUE, 0, 1, 99, 1000, 123_456_789, 7, 8, 9};

    private static String line(String name, LabelColumn labels, int point, Object value) {
        int from = labels.start(point);
        String number = value.toString().replace("Infinity", "Inf");
        return name
                + new String(labels.text(), from, labels.start(point + 1) - from, StandardCharsets.US_ASCII)
                + (number.equals("Inf") ? "+Inf" : number)
                + "\n";
    }

    /** Begins at each of the last bytes of a chunk, and has labels from none to more than a chunk. */
    @Test
    void shouldWriteLinesOfPointsAcrossTheEndOfAChunk() throws IOException {
        List<Labels> points = new ArrayList<>();
        for (int i = 0; i <= DOUBLES.length; i++) {
            int length = i == 6 ? TextOutput.CHUNK_BYTES : 13 * i;
            points.add(i % 4 == 1 ? Labels.EMPTY : Labels.of("label", "v".repeat(length)));
        }
        LabelColumn labels = Objects.requireNonNull(LabelColumn.of(points));
        byte[] name = text(21);
        String n = string(name);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < DOUBLES.length; i++) {
            text.append(line(n, labels, i + 1, DOUBLES[i]));
        }
        for (int i = 0; i < NANOS.length; i++) {
            text.append(line(n, labels, i + 1, NANOS[i] / 1e9));
        }
        for (int i = 0; i < COUNTS.length; i++) {
            text.append(line(n, labels, i + 1, COUNTS[i])).append(line("sum", labels, i + 1, DOUBLES[i]));
        }
        for (int i = 0; i < COUNTS.length; i++) {
            text.append(line(n, labels, i + 1, COUNTS[i])).append(line("sum", labels, i + 1, NANOS[i] / 1e9));
        }
        byte[] sum = {'s', 'u', 'm'};

        for (int left = 0; left <= 400; left++) {
            byte[] filler = text(TextOutput.CHUNK_BYTES - left);
            arrived.reset();
            output.to(arrived).put(filler);
            output.putLines(name, labels, 1, DOUBLES, DOUBLES.length);
            output.putSecondsLines(name, labels, 1, NANOS, NANOS.length);
            output.putLines(name, COUNTS, sum, DOUBLES, labels, 1, COUNTS.length);
            output.putSecondsLines(name, COUNTS, sum, NANOS, labels, 1, COUNTS.length);
            output.end();

            assertThat(arrived.toString(StandardCharsets.US_ASCII))
                    .as("%d bytes left", left)
                    .isEqualTo(string(filler) + text);
        }
    }

    @Test
    void shouldWriteTextThatIsLongerThanAChunk() throws IOException {
        byte[] huge = text(3 * TextOutput.CHUNK_BYTES);
        output.put('x');
        output.put(huge);
        output.putSample(huge, huge, 0, huge.length);
        output.putBuckets(huge, huge.length, TextBounds.of(new double[] {0.5}), new long[] {7});
        output.putSample(huge, huge, 0, 0);
        output.end();

        String h = string(huge);
        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo("x" + h + h + h + h + "0.5\"} 7\n" + h);
    }

    @Test
    void shouldDiscardBytesOfAFailedScrape() throws IOException {
        output.put('x');
        output.to(arrived).put('y');
        output.end();

        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo("y");
    }

    @Test
    void shouldWriteInfinityAsPrometheusDoes() throws IOException {
        for (double value : new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN}) {
            output.put(value);
        }
        output.end();

        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo("+Inf-InfNaN");
    }

    @RepeatedTest(20)
    void shouldDropTheLastBytesOfAnyWrites() throws IOException {
        int lastBytes = random.nextInt(8);
        OutputStream stream = output.withoutTail(lastBytes);
        for (int i = random.nextInt(30); i >= 0; i--) {
            byte[] piece = text(random.nextInt(12));
            expected.append(string(piece));
            stream.write(piece);
        }
        output.end();

        String all = expected.toString();
        assertThat(arrived.toString(StandardCharsets.US_ASCII))
                .isEqualTo(all.substring(0, Math.max(0, all.length() - lastBytes)));
    }
}
