package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
            throw new AssertionError("a byte at a time");
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
    void shouldLetNothingGoAstrayAtTheEndOfAChunk() throws IOException {
        byte[] name = text(20);
        byte[] labels = text(90);
        TextBounds bounds = TextBounds.of(new double[] {0.25, 1e-7, Double.POSITIVE_INFINITY});
        for (int i = 0; i < 40_000; i++) {
            output.putSample(name, labels, 10, i % 3 == 0 ? 0 : 70);
            expected.append(string(name))
                    .append(i % 3 == 0 ? "" : "{" + string(labels).substring(10, 80) + "}")
                    .append(' ');
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
            String head = string(labels).substring(0, 50);
            expected.append(head).append("0.25\"} ").append(i).append('\n');
            expected.append(head).append("1.0E-7\"} ").append(i).append('\n');
            expected.append(head).append("+Inf\"} ").append(10 * i).append('\n');
            expected.append(String.format("%d.%03d", 1_700_000_000 + i / 1000, i % 1000));
        }
        output.end();

        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
        assertThat(largest).isBetween(TextOutput.CHUNK_BYTES - 200, TextOutput.CHUNK_BYTES);
    }

    /** Heads are copied in larger units than bytes, out of arrays that end right after them or much later. */
    @Test
    void shouldWriteHeadsAndCountsOfAnyLength() throws IOException {
        TextBounds bounds = TextBounds.of(new double[] {0.25, 12.5, Double.POSITIVE_INFINITY});
        for (int headBytes = 1; headBytes <= 200; headBytes++) {
            for (int more : new int[] {0, 1, 63, 300}) {
                byte[] head = text(headBytes + more);
                long count = random.nextLong() >>> random.nextInt(1, 64);
                long[] counts = {count / 1000, count / 10, count};
                output.putBuckets(head, headBytes, bounds, counts);
                String same = string(head).substring(0, headBytes);
                for (int i = 0; i < counts.length; i++) {
                    String bound = string(bounds.text())
                            .substring(i * FixedWidthCopy.BYTES, i * FixedWidthCopy.BYTES + bounds.lengths()[i]);
                    expected.append(same).append(bound).append(counts[i]).append('\n');
                }
            }
        }
        output.end();

        assertThat(arrived.toString(StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
    }

    /** Wherever in the last bytes of a chunk they begin. */
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
        byte[] head = text(30);
        for (long[] counts : allCounts) {
            for (int left = 0; left <= 3 * (head.length + 2 * FixedWidthCopy.BYTES); left++) {
                byte[] filler = text(TextOutput.CHUNK_BYTES - left);
                output.to(arrived).put(filler);
                output.putBuckets(head, head.length, bounds, counts);
                output.end();

                StringBuilder wanted = new StringBuilder(string(filler));
                for (int i = 0; i < longest.length; i++) {
                    String bound = Double.isFinite(longest[i]) ? Double.toString(longest[i]) : "+Inf";
                    wanted.append(string(head))
                            .append(bound)
                            .append("\"} ")
                            .append(counts[i])
                            .append('\n');
                }
                assertThat(arrived.toString(StandardCharsets.US_ASCII))
                        .as("%d bytes left", left)
                        .isEqualTo(wanted.toString());
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

    @Test
    void shouldTakeTextThatIsLongerThanAChunk() throws IOException {
        byte[] huge = text(3 * TextOutput.CHUNK_BYTES);
        output.put('x');
        output.put(huge);
        output.putSample(huge, huge, 0, huge.length);
        output.putBuckets(huge, huge.length, TextBounds.of(new double[] {0.5}), new long[] {7});
        output.putSample(huge, huge, 0, 0);
        output.end();

        String h = string(huge);
        assertThat(arrived.toString(StandardCharsets.US_ASCII))
                .isEqualTo("x" + h + h + "{" + h + "} " + h + "0.5\"} 7\n" + h + " ");
    }

    @Test
    void shouldForgetWhatAFailedScrapeHasLeft() throws IOException {
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
    void shouldKeepTheLastBytesBackHoweverTheyCome() throws IOException {
        int lastBytes = random.nextInt(8);
        OutputStream stream = output.without(lastBytes);
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
