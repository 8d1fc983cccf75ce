package dev.percpu.settings;

/** Value of {@link Settings#SCRAPE_COMPRESSION}: compression of scrapes for clients that accept gzip. */
public enum Compression {
    /** No compression. */
    OFF(0),
    /** By zlib's level 1. */
    FAST(1),
    /** By zlib's level 6. */
    DEFAULT(6);

    private final int level;

    Compression(int level) {
        this.level = level;
    }

    /** Returns zlib's level, from 0 (stored) to 9. */
    public int level() {
        return level;
    }
}
