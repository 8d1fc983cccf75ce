package dev.percpu.registry;

/**
 * How many series a registry has at one time. Immutable.
 *
 * @param registered that count towards {@link SeriesSettings#max()}: one for each meter, hidden ones too
 * @param overflow series for those beyond it, one for each name
 * @param overflowed registrations beyond it since the registry was opened; a meter that is looked up again and again counts every time
 * @param hidden of the registered, those that the last scrape left out because nothing was recorded into them for
 *     {@link SeriesSettings#expireAfter()}
 */
public record SeriesStatistics(int registered, int overflow, long overflowed, int hidden) {}
