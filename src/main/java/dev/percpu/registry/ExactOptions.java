package dev.percpu.registry;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The options of a new meter with an exact name. Immutable.
 *
 * @param expireAfter time without a record after which scrapes omit the meter, until the next record; above 0, null for the registry's
 * @param admitted returns whether a new meter may have its own series. If not, the result is the overflow meter. It is called under a lock,
 *     and only if there is no such meter.
 */
public record ExactOptions(@Nullable Duration expireAfter, BooleanSupplier admitted) {}
