package dev.percpu.ingest.statsd;

import dev.percpu.binding.PacketBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from the bytes of name, tags and type to a series. Not thread-safe: each receiver has its own.
 *
 * <p>Memory is bounded. A table that would exceed its number of entries or bytes is cleared first: its series are found again by
 * registration. An entry whose hash collides with too many others is not stored.
 *
 * <pre>
 *   slots   two longs per slot, probed linearly: hash; key (0 if the slot is free)
 *   key     offset in the pool (34 bits), bytes of the tags (16 bits), bytes of the name (11 bits), type (3 bits)
 *   pool    the words of the name, then those of the tags. The last word of each is padded with zeros.
 * </pre>
 */
final class SeriesTable {
    /** Longest name, in bytes. */
    static final int MAX_NAME = 1_024;

    private static final int TAGS_SHIFT = 14;
    private static final int OFFSET_SHIFT = 30;
    private static final long DESCRIPTION_MASK = (1L << OFFSET_SHIFT) - 1;
    private static final int TYPE_BITS = 3;
    private static final int MAX_PROBES = 128;
    private static final int MIN_SLOTS = 1_024;

    /** Average number of words per entry up to which {@code maxEntries} is the limit. */
    private static final int WORDS_PER_ENTRY = 16;

    private final int maxEntries;
    private long[] slots = new long[2 * MIN_SLOTS];
    private @Nullable Series[] series = new @Nullable Series[MIN_SLOTS];
    private long[] pool = new long[MIN_SLOTS];
    private int mask = MIN_SLOTS - 1;
    private int entries;
    private int poolWords;

    /**
     * @param maxEntries largest number of entries, at least 1. Names and tags take at most 128 bytes per entry on average.
     */
    SeriesTable(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** Returns the part of a key that is known before the lookup. */
    static long description(int type, int nameBytes, int tagsBytes) {
        return ((long) tagsBytes << TAGS_SHIFT) | ((long) nameBytes << TYPE_BITS) | type;
    }

    /** Returns the key in the first slot for a hash. A caller that reads it for many hashes in advance overlaps the cache misses. */
    long firstKey(long hash) {
        return slots[2 * slot(hash) + 1];
    }

    /**
     * Reads what the comparison with a key reads, to overlap the cache misses of many comparisons.
     *
     * @param key from {@link #firstKey}
     * @return a number without meaning
     */
    long touch(long hash, long key) {
        int offset = (int) (key >>> OFFSET_SHIFT);
        int last = offset + words(tagsBytes(key)) + words(nameBytes(key));
        Series first = series[slot(hash)];
        return pool[offset] + pool[Math.max(0, last - 1)] + (first == null ? 0 : first.kind);
    }

    private int slot(long hash) {
        return (int) (hash >>> Integer.SIZE) & mask;
    }

    /**
     * Returns a series; null if it is not in the table.
     *
     * @param description from {@link #description}
     * @param name offset of the name; 7 bytes behind its end are readable
     * @param tags offset of the tags; likewise
     */
    @Nullable
    Series find(PacketBatch batch, long hash, long description, long name, long tags) {
        int slot = slot(hash);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            long key = slots[2 * slot + 1];
            if (key == 0) {
                return null;
            }
            if (slots[2 * slot] == hash
                    && (key & DESCRIPTION_MASK) == description
                    && equal(batch, (int) (key >>> OFFSET_SHIFT), description, name, tags)) {
                return series[slot];
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    private boolean equal(PacketBatch batch, int offset, long description, long name, long tags) {
        int nameBytes = nameBytes(description);
        int next = offset;
        long difference = 0;
        long at = name;
        int left = nameBytes;
        for (; left >= Long.BYTES; left -= Long.BYTES) {
            difference |= pool[next++] ^ batch.word(at);
            at += Long.BYTES;
        }
        if (left > 0) {
            difference |= pool[next++] ^ lowBytes(batch.word(at), left);
        }
        at = tags;
        left = tagsBytes(description);
        for (; left >= Long.BYTES; left -= Long.BYTES) {
            difference |= pool[next++] ^ batch.word(at);
            at += Long.BYTES;
        }
        if (left > 0) {
            difference |= pool[next] ^ lowBytes(batch.word(at), left);
        }
        return difference == 0;
    }

    /** Returns a word with its first bytes only. */
    static long lowBytes(long word, int bytes) {
        return word & ((1L << (bytes * Byte.SIZE)) - 1);
    }

    /** Returns the type of a description. */
    static int type(long description) {
        return (int) description & ((1 << TYPE_BITS) - 1);
    }

    /** Returns the length of the name. */
    static int nameBytes(long description) {
        return (int) (description >>> TYPE_BITS) & 0x7ff;
    }

    /** Returns the length of the tags. */
    static int tagsBytes(long description) {
        return (int) (description >>> TAGS_SHIFT) & 0xffff;
    }

    /** Adds a series, or replaces it. */
    void put(PacketBatch batch, long hash, long description, long name, long tags, Series added) {
        int words = words(nameBytes(description)) + words(tagsBytes(description));
        if (entries >= maxEntries || poolWords + words > (long) maxEntries * WORDS_PER_ENTRY + 2 * MAX_NAME) {
            clear();
        }
        if (2 * (entries + 1) > mask + 1) {
            grow();
        }
        int slot = slot(hash);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            long key = slots[2 * slot + 1];
            if (key == 0) {
                slots[2 * slot] = hash;
                slots[2 * slot + 1] = ((long) poolWords << OFFSET_SHIFT) | description;
                series[slot] = added;
                copy(batch, name, nameBytes(description));
                copy(batch, tags, tagsBytes(description));
                entries++;
                return;
            }
            if (slots[2 * slot] == hash
                    && (key & DESCRIPTION_MASK) == description
                    && equal(batch, (int) (key >>> OFFSET_SHIFT), description, name, tags)) {
                series[slot] = added;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    private static int words(int bytes) {
        return (bytes + Long.BYTES - 1) / Long.BYTES;
    }

    private void copy(PacketBatch batch, long from, int bytes) {
        int words = words(bytes);
        if (poolWords + words > pool.length) {
            pool = Arrays.copyOf(pool, Math.max(poolWords + words, 2 * pool.length));
        }
        long at = from;
        int left = bytes;
        for (int i = 0; i < words; i++) {
            long word = batch.word(at);
            pool[poolWords++] = left >= Long.BYTES ? word : lowBytes(word, left);
            at += Long.BYTES;
            left -= Long.BYTES;
        }
    }

    private void grow() {
        long[] oldSlots = slots;
        @Nullable Series[] oldSeries = series;
        int size = 2 * (mask + 1);
        slots = new long[2 * size];
        series = new @Nullable Series[size];
        mask = size - 1;
        entries = 0;
        for (int i = 0; i < oldSeries.length; i++) {
            if (oldSlots[2 * i + 1] != 0) {
                move(oldSlots[2 * i], oldSlots[2 * i + 1], oldSeries[i]);
            }
        }
    }

    private void move(long hash, long key, @Nullable Series moved) {
        int slot = slot(hash);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (slots[2 * slot + 1] == 0) {
                slots[2 * slot] = hash;
                slots[2 * slot + 1] = key;
                series[slot] = moved;
                entries++;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    /** Removes all entries, and frees memory that few entries do not need. */
    void clear() {
        slots = new long[2 * MIN_SLOTS];
        series = new @Nullable Series[MIN_SLOTS];
        pool = new long[MIN_SLOTS];
        mask = MIN_SLOTS - 1;
        entries = 0;
        poolWords = 0;
    }

    /** Returns the number of entries. */
    int entries() {
        return entries;
    }
}
