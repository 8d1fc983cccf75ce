package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attributes and other texts that identify a resource, a metric or a stream below its parent. The order of attributes has no meaning.
 * Immutable and thread-safe.
 *
 * <p>It is comparable, so that a hash map stays fast with parts of equal hash codes.
 */
final class Identity implements Comparable<Identity> {
    /** Number of characters beyond which an identity is kept as a SHA-256 digest, so that its memory is limited. */
    private static final int MAX_CHARACTERS = 512;

    /** Number of characters that an integer counts as. */
    private static final int INTEGER_CHARACTERS = 8;

    private final long parent;

    /** Keys and values in turn, then further texts: a string, a {@link Long}, or an {@link Encoded} for a value of another type. */
    private final Object[] parts;

    private final int hash;

    /** An attribute value that is neither a string nor an integer, or a digest. Each byte is a character. */
    private record Encoded(String bytes) {}

    private Identity(long parent, Object[] parts) {
        this.parent = parent;
        this.parts = parts;
        this.hash = 31 * Long.hashCode(parent) + Arrays.hashCode(parts);
    }

    /**
     * Returns an identity.
     *
     * @param parent number of the parent; 0 for none
     * @param texts texts in a fixed order
     */
    static Identity of(long parent, String... texts) {
        return new Identity(parent, limited(Arrays.copyOf(texts, texts.length, Object[].class)));
    }

    /**
     * Returns the identity of a set of attributes.
     *
     * @param parent number of the parent; 0 for none
     * @param attributes in any order
     * @param others further texts, in a fixed order
     */
    static Identity of(long parent, List<KeyValue> attributes, String... others) {
        int size = attributes.size();
        Object[] parts = new Object[2 * size + others.length];
        boolean sorted = true;
        String previous = "";
        for (int i = 0; i < size; i++) {
            KeyValue attribute = attributes.get(i);
            String key = attribute.getKey();
            sorted &= i == 0 || previous.compareTo(key) < 0;
            previous = key;
            parts[2 * i] = key;
            parts[2 * i + 1] = part(attribute.getValue());
        }
        if (!sorted) {
            sort(parts, size);
        }
        System.arraycopy(others, 0, parts, 2 * size, others.length);
        return new Identity(parent, limited(parts));
    }

    private static void sort(Object[] parts, int size) {
        Object[][] pairs = new Object[size][];
        for (int i = 0; i < size; i++) {
            pairs[i] = new Object[] {parts[2 * i], parts[2 * i + 1]};
        }
        Arrays.sort(pairs, (one, other) -> Arrays.compare(one, other, Identity::compare));
        for (int i = 0; i < size; i++) {
            parts[2 * i] = pairs[i][0];
            parts[2 * i + 1] = pairs[i][1];
        }
    }

    /**
     * Returns this identity with the parts of another one where they are equal, which saves memory.
     *
     * @param other identity of a similar set of attributes
     */
    Identity sharingPartsOf(Identity other) {
        Object[] shared = parts.clone();
        for (int i = 0; i < Math.min(shared.length, other.parts.length); i++) {
            if (shared[i].equals(other.parts[i])) {
                shared[i] = other.parts[i];
            }
        }
        return new Identity(parent, shared);
    }

    /**
     * Returns whether this identity was made of these attributes, in this order. It may return false although the sets are equal: then the
     * caller must compare the identity of the attributes. It allocates nothing, and computes no hash codes.
     */
    boolean isOf(List<KeyValue> attributes) {
        int size = attributes.size();
        if (parts.length != 2 * size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            KeyValue attribute = attributes.get(i);
            if (!attribute.getKey().equals(parts[2 * i]) || !isOf(parts[2 * i + 1], attribute.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOf(Object part, AnyValue value) {
        return value.hasStringValue()
                ? value.getStringValue().equals(part)
                : value.hasIntValue() && part instanceof Long number && number == value.getIntValue();
    }

    private static Object part(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> value.getIntValue();
            default -> new Encoded(new String(value.toByteArray(), StandardCharsets.ISO_8859_1));
        };
    }

    private static Object[] limited(Object[] parts) {
        int characters = 0;
        for (Object part : parts) {
            characters += switch (part) {
                case String text -> text.length();
                case Encoded encoded -> encoded.bytes.length();
                default -> INTEGER_CHARACTERS;
            };
        }
        return characters <= MAX_CHARACTERS ? parts : new Object[] {digest(parts)};
    }

    /** Returns the SHA-256 digest of all parts. */
    String digest() {
        return digest(parts).bytes;
    }

    private static Encoded digest(Object[] parts) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
        for (Object part : parts) {
            byte[] bytes = text(part).getBytes(StandardCharsets.UTF_8);
            sha256.update((rank(part) + " " + bytes.length + " ").getBytes(StandardCharsets.UTF_8));
            sha256.update(bytes);
        }
        return new Encoded(new String(sha256.digest(), StandardCharsets.ISO_8859_1));
    }

    private static String text(Object part) {
        return part instanceof Encoded encoded ? encoded.bytes : part.toString();
    }

    /** Returns a number for the type of a part. */
    private static int rank(Object part) {
        return switch (part) {
            case String _ -> 0;
            case Long _ -> 1;
            default -> 2;
        };
    }

    private static int compare(Object one, Object other) {
        int order = Integer.compare(rank(one), rank(other));
        return order != 0 ? order : text(one).compareTo(text(other));
    }

    @Override
    public int compareTo(Identity other) {
        int order = Long.compare(parent, other.parent);
        return order != 0 ? order : Arrays.compare(parts, other.parts, Identity::compare);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Identity that
                && hash == that.hash
                && parent == that.parent
                && Arrays.equals(parts, that.parts);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return parent + Arrays.toString(parts);
    }
}
