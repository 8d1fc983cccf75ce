package dev.percpu.parity;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One summary or histogram as read back from a scrape. */
public final class Exposed {
    public final List<Double> bounds = new ArrayList<>();
    public final List<Double> cumulative = new ArrayList<>();
    public double count = -1;
    public double sum = -1;

    /** All summaries and histograms of a scrape, and how many lines it had: one per sample in protobuf. */
    public record Scrape(Map<String, Exposed> series, long lines) {}

    /** Reads either text format; every series must have the one label {@code series}. */
    public static Scrape ofText(String text) {
        Map<String, Exposed> all = new HashMap<>();
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

    private static void readLine(String text, int start, int end, Map<String, Exposed> all) {
        int brace = text.indexOf('{', start);
        int space = text.lastIndexOf(' ', end);
        String name = text.substring(start, brace);
        double value = Double.parseDouble(text.substring(space + 1, end));
        if (name.endsWith("_bucket")) {
            Exposed exposed = of(name, "_bucket", text, brace, all);
            String bound = labelValue(text, brace, "le");
            exposed.bounds.add(bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound));
            exposed.cumulative.add(value);
        } else if (name.endsWith("_count")) {
            of(name, "_count", text, brace, all).count = value;
        } else if (name.endsWith("_sum")) {
            of(name, "_sum", text, brace, all).sum = value;
        }
    }

    private static Exposed of(String name, String suffix, String text, int brace, Map<String, Exposed> all) {
        String family = name.substring(0, name.length() - suffix.length());
        return all.computeIfAbsent(family + " " + labelValue(text, brace, "series"), key -> new Exposed());
    }

    private static String labelValue(String text, int brace, String label) {
        int start = text.indexOf(label + "=\"", brace) + label.length() + 2;
        return text.substring(start, text.indexOf('"', start));
    }

    /** Reads delimited protobuf: io.prometheus.client.MetricFamily, as in the client model's metrics.proto. */
    public static Scrape ofProtobuf(byte[] bytes) {
        Map<String, Exposed> all = new HashMap<>();
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

    private static void readMetric(String name, ByteBuffer metric, Map<String, Exposed> all, long[] lines) {
        String[] series = new String[1];
        Message.read(metric, (field, number, message) -> {
            if (field == 1) {
                Message.read(message, (label, none, value) -> {
                    if (label == 2) {
                        series[0] = StandardCharsets.UTF_8.decode(value).toString();
                    }
                });
            } else if (field == 4 || field == 7) {
                Exposed exposed = all.computeIfAbsent(name + " " + series[0], key -> new Exposed());
                lines[0] += exposed.readDistribution(message);
            } else {
                lines[0]++;
            }
        });
    }

    /** A summary or histogram: both have count and sum in the same fields, and a histogram its buckets in the next. */
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

    /** The wire format of protobuf, as far as it is used here. */
    private interface Message {
        /**
         * @param number of a field that is one, the bits of a double included
         * @param message of a field that is one, or text; null for a number
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
