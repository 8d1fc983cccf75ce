package dev.percpu.registry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A summary or histogram that is parsed from a scrape. */
final class ExposedDistribution {
    final List<Double> bounds = new ArrayList<>();
    final List<Double> cumulative = new ArrayList<>();
    double count = -1;
    double sum = -1;

    /** All summaries and histograms of a scrape, and its number of lines; in protobuf, its number of samples. */
    record Scrape(Map<String, ExposedDistribution> series, long lines) {}

    /** Parses either text format. Each series must have exactly the label {@code series}. */
    static Scrape ofText(String text) {
        Map<String, ExposedDistribution> all = new HashMap<>();
        long lines = 0;
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            if (text.charAt(start) != '#') {
                readLine(text, start, end, all);
            }
            lines++;
            start = end + 1;
        }
        return new Scrape(all, lines);
    }

    private static void readLine(String text, int start, int end, Map<String, ExposedDistribution> all) {
        int brace = text.indexOf('{', start);
        int space = text.lastIndexOf(' ', end);
        String name = text.substring(start, brace);
        double value = Double.parseDouble(text.substring(space + 1, end));
        if (name.endsWith("_bucket")) {
            ExposedDistribution exposed = of(name, "_bucket", text, brace, all);
            String bound = labelValue(text, brace, "le");
            exposed.bounds.add(bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound));
            exposed.cumulative.add(value);
        } else if (name.endsWith("_count")) {
            of(name, "_count", text, brace, all).count = value;
        } else if (name.endsWith("_sum")) {
            of(name, "_sum", text, brace, all).sum = value;
        }
    }

    private static ExposedDistribution of(
            String name, String suffix, String text, int brace, Map<String, ExposedDistribution> all) {
        String family = name.substring(0, name.length() - suffix.length());
        return all.computeIfAbsent(family + " " + labelValue(text, brace, "series"), key -> new ExposedDistribution());
    }

    private static String labelValue(String text, int brace, String label) {
        int start = text.indexOf(label + "=\"", brace) + label.length() + 2;
        return text.substring(start, text.indexOf('"', start));
    }

    /** Parses delimited protobuf: io.prometheus.client.MetricFamily of the client model's metrics.proto. */
    static Scrape ofProtobuf(byte[] bytes) {
        Map<String, ExposedDistribution> all = new HashMap<>();
        long[] lines = new long[1];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            String[] name = new String[1];
            Message.read(slice(buffer), (field, number, message) -> {
                if (field == 1) {
                    name[0] = StandardCharsets.UTF_8.decode(message).toString();
                } else if (field == 4) {
                    readMetric(name[0], message, all, lines);
                }
            });
        }
        return new Scrape(all, lines[0]);
    }

    private static void readMetric(String name, ByteBuffer metric, Map<String, ExposedDistribution> all, long[] lines) {
        String[] series = new String[1];
        Message.read(metric, (field, number, message) -> {
            if (field == 1) {
                Message.read(message, (label, none, value) -> {
                    if (label == 2) {
                        series[0] = StandardCharsets.UTF_8.decode(value).toString();
                    }
                });
            } else if (field == 4 || field == 7) {
                ExposedDistribution exposed =
                        all.computeIfAbsent(name + " " + series[0], key -> new ExposedDistribution());
                lines[0] += exposed.readDistribution(message);
            } else {
                lines[0]++;
            }
        });
    }

    /** Parses a summary or histogram. Both have count and sum in fields 1 and 2; a histogram has its buckets in field 3. */
    private int readDistribution(ByteBuffer distribution) {
        count = 0;
        sum = 0;
        Message.read(distribution, (field, number, message) -> {
            if (field == 1) {
                count = number;
            } else if (field == 2) {
                sum = Double.longBitsToDouble(number);
            } else if (field == 3 && message != null) {
                double[] bucket = new double[2];
                Message.read(message, (part, value, none) -> {
                    bucket[part - 1] = part == 1 ? value : Double.longBitsToDouble(value);
                });
                cumulative.add(bucket[0]);
                bounds.add(bucket[1]);
            }
        });
        return 2 + bounds.size();
    }

    private static ByteBuffer slice(ByteBuffer buffer) {
        int length = (int) Message.varint(buffer);
        ByteBuffer slice = buffer.slice(buffer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(buffer.position() + length);
        return slice;
    }

    /** The part of the protobuf wire format that is needed here. */
    private interface Message {
        /**
         * Receives one field.
         *
         * @param number the value of a number; the bits of a double
         * @param message the bytes of a message or text; null for a number
         */
        void field(int field, long number, ByteBuffer message);

        static void read(ByteBuffer buffer, Message fields) {
            while (buffer.hasRemaining()) {
                int key = (int) varint(buffer);
                switch (key & 7) {
                    case 0 -> fields.field(key >>> 3, varint(buffer), null);
                    case 1 -> fields.field(key >>> 3, buffer.getLong(), null);
                    case 2 -> fields.field(key >>> 3, 0, slice(buffer));
                    default -> throw new IllegalArgumentException("wire type " + (key & 7));
                }
            }
        }

        static long varint(ByteBuffer buffer) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = buffer.get();
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }
}
