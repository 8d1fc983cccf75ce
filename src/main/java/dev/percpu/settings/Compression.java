package dev.percpu.settings;

/** Value of {@link Settings#SCRAPE_COMPRESSION}: how scrapes are compressed for clients that accept gzip. */
public enum Compression {
    /** Not at all. */
    OFF,
    /** By zlib's level 1. */
    FAST,
    /** By zlib's level 6. */
    DEFAULT
}
