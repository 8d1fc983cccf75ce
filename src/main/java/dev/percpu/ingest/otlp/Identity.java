package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attributes and other texts that identify a resource, a metric or a stream below its parent. The order of attributes has no meaning.
 * Immutable and thread-safe.
 *
 * <p>It is comparable, so that a hash map stays fast with texts of equal hash codes.
 */
final class Identity implements Comparable<Identity> {
    /** Begins the text of each value that is not a string, and of strings that begin with it. */
    private static final char TYPED = '\0';

    /** Begins the text of an integer. */
    private static final String INT = TYPED + "i";

    /** Number of characters beyond which an identity is kept as a SHA-256 digest, so that its memory is limited. */
    private static final int MAX_CHARACTERS = 512;

    private final long parent;
    private final String[] texts;
    private final int hash;

    private Identity(long parent, String[] texts) {
        this.parent = parent;
        this.texts = texts;
        int code = Long.hashCode(parent);
        for (String text : texts) {
            code = 31 * code + text.hashCode();
        }
        hash = code;
    }

    /**
     * Returns an identity.
     *
     * @param parent number of the parent; 0 for none
     * @param texts texts in a fixed order
     */
    static Identity of(long parent, String... texts) {
        return new Identity(parent, limited(texts));
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
        String[] texts = new String[2 * size + others.length];
        boolean sorted = true;
        String previous = "";
        for (int i = 0; i < size; i++) {
            KeyValue attribute = attributes.get(i);
            String key = attribute.getKey();
            sorted &= previous.compareTo(key) < 0;
            previous = key;
            texts[2 * i] = key;
            texts[2 * i + 1] = text(attribute.getValue());
        }
        if (!sorted && size > 1) {
            sort(texts, size);
        }
        System.arraycopy(others, 0, texts, 2 * size, others.length);
        return new Identity(parent, limited(texts));
    }

    private static void sort(String[] texts, int size) {
        String[][] pairs = new String[size][];
        for (int i = 0; i < size; i++) {
            pairs[i] = new String[] {texts[2 * i], texts[2 * i + 1]};
        }
        Arrays.sort(
                pairs, Comparator.<String[], String>comparing(pair -> pair[0]).thenComparing(pair -> pair[1]));
        for (int i = 0; i < size; i++) {
            texts[2 * i] = pairs[i][0];
            texts[2 * i + 1] = pairs[i][1];
        }
    }

    /**
     * Returns whether this identity was made of these attributes, in this order. It may return false although the sets are equal: then the
     * caller must compare the identity of the attributes. It allocates nothing, and computes no hash codes.
     */
    boolean isOf(List<KeyValue> attributes) {
        int size = attributes.size();
        if (texts.length != 2 * size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            KeyValue attribute = attributes.get(i);
            if (!texts[2 * i].equals(attribute.getKey()) || !isOf(texts[2 * i + 1], attribute.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOf(String text, AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> text.equals(value.getStringValue()) && (text.isEmpty() || text.charAt(0) != TYPED);
            case INT_VALUE ->
                text.startsWith(INT) && Long.parseLong(text, INT.length(), text.length(), 10) == value.getIntValue();
            default -> false;
        };
    }

    /** Returns a text that no other value has. */
    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> {
                String string = value.getStringValue();
                yield !string.isEmpty() && string.charAt(0) == TYPED ? TYPED + string : string;
            }
            case INT_VALUE -> INT + value.getIntValue();
            default -> TYPED + "v" + new String(value.toByteArray(), StandardCharsets.ISO_8859_1);
        };
    }

    private static String[] limited(String[] texts) {
        int characters = 0;
        for (String text : texts) {
            characters += text.length();
        }
        return characters <= MAX_CHARACTERS ? texts : new String[] {digest(texts)};
    }

    private static String digest(String[] texts) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            sha256.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
            sha256.update(bytes);
        }
        return TYPED + "d" + new String(sha256.digest(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public int compareTo(Identity other) {
        int order = Long.compare(parent, other.parent);
        return order != 0 ? order : Arrays.compare(texts, other.texts);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Identity that
                && hash == that.hash
                && parent == that.parent
                && Arrays.equals(texts, that.texts);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return parent + Arrays.toString(texts);
    }
}
