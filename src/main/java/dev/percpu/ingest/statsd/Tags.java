package dev.percpu.ingest.statsd;

import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.mapping.MetricNames;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The name and tags of a line as strings. Immutable.
 *
 * @param name name as received
 * @param labels value by label name
 */
record Tags(String name, Map<String, String> labels) {
    /** Longest name or value, in bytes. */
    private static final int MAX_BYTES = 1_024;

    private static final int MAX_TAGS = 64;

    /** A line whose name or tags are not allowed. */
    @SuppressWarnings("serial")
    static final class InvalidException extends Exception {
        private final RejectReason reason;

        InvalidException(RejectReason reason) {
            super(reason.label(), null, false, false);
            this.reason = reason;
        }

        RejectReason reason() {
            return reason;
        }
    }

    /**
     * Decodes a line, as statsd_exporter does. A tag without name or value is left out. The last of several tags with one name is used.
     *
     * @param tags {@code key:value} pairs, separated by commas; a key may start with {@code #}
     * @throws InvalidException if there are too many tags, or if a part is too long or not valid UTF-8
     */
    static Tags decode(byte[] name, byte[] tags) throws InvalidException {
        String decodedName = decode(name, 0, name.length);
        Map<String, String> labels = LinkedHashMap.newLinkedHashMap(8);
        int from = 0;
        while (from < tags.length) {
            int end = indexOf(tags, ',', from, tags.length);
            int key = tags[from] == '#' ? from + 1 : from;
            int colon = indexOf(tags, ':', key, end);
            if (colon > key && colon + 1 < end) {
                labels.put(MetricNames.escape(decode(tags, key, colon)), decode(tags, colon + 1, end));
            } else {
                decode(tags, from, end);
            }
            if (labels.size() > MAX_TAGS) {
                throw new InvalidException(RejectReason.TOO_MANY_TAGS);
            }
            from = end + 1;
        }
        return new Tags(decodedName, labels);
    }

    /** Returns the index of a byte; the end if there is none. */
    private static int indexOf(byte[] bytes, char searched, int from, int end) {
        int i = from;
        while (i < end && bytes[i] != searched) {
            i++;
        }
        return i;
    }

    private static String decode(byte[] bytes, int from, int end) throws InvalidException {
        if (end - from > MAX_BYTES) {
            throw new InvalidException(RejectReason.TOO_LONG);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, Math.max(0, end - from)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidException(RejectReason.ENCODING);
        }
    }
}
