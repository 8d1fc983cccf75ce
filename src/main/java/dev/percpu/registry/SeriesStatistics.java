package dev.percpu.registry;

/**
 * The number of series in a registry at one time. Immutable.
 *
 * @param registered series that count towards {@link SeriesSettings#max()}: one per meter, hidden ones included
 * @param overflow overflow series, one per name
 * @param overflowed registrations beyond the limit since the registry was opened; each request for such a meter counts again
 * @param hidden registered series that the last scrape left out, because they recorded nothing for {@link SeriesSettings#expireAfter()}
 */
record SeriesStatistics(int registered, int overflow, long overflowed, int hidden) {}
