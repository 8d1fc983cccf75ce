package dev.percpu.registry;

import dev.percpu.family.WarnOnceLogger;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The limit on a registry's series, {@code percpu.series.max}.
 *
 * <p>Beyond the limit a counter, timer or summary records into the overflow meter of its name, which is one more series. Any other meter
 * beyond the limit records nothing.
 *
 * <p>Micrometer stores every meter that a registry returns. A meter beyond the limit must not use memory permanently, so the next
 * registration removes it. At most one such {@linkplain #isPlaceholder placeholder} is stored at a time.
 *
 * <p>Thread-safe. The placeholder is written under the registry's lock only, which Micrometer holds while it creates or removes a meter.
 * Meters with exact names are created without that lock, and are never placeholders.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time: the registry's lock
final class SeriesLimit {
    /** The label value of an overflow series. Labels that a filter adds to every meter keep their value. */
    static final String OVERFLOW = "overflow";

    /** The limit on overflow series: meter names can be unbounded too. */
    static final int MAX_OVERFLOW_SERIES = 10_000;

    private static final WarnOnceLogger LOGGER = new WarnOnceLogger(SeriesLimit.class);

    private final int max;
    private final Predicate<Meter.Id> isRegistered;
    private final Consumer<Meter.Id> evictor;
    private final List<MeterFilter> filters = new CopyOnWriteArrayList<>();
    private final Map<Key, Meter> overflowMeters = new ConcurrentHashMap<>();
    private final AtomicInteger series = new AtomicInteger();
    private final AtomicLong overflowed = new AtomicLong();
    private volatile @Nullable Placeholder placeholder;

    /**
     * Identifies an overflow series. Meters with and without a histogram cannot share a family, nor can meters with exact names and others.
     */
    private record Key(Meter.Id id, boolean histogram, boolean exact) {}

    /** A meter beyond the limit that Micrometer stores, or is about to store. */
    private record Placeholder(Meter.Id id, Meter meter) {}

    /**
     * @param max the number of series, 1 or more
     * @param isRegistered returns whether the registry has a meter with an id; scans all meters
     * @param evictor removes a meter from the registry
     */
    SeriesLimit(int max, Predicate<Meter.Id> isRegistered, Consumer<Meter.Id> evictor) {
        this.max = max;
        this.isRegistered = isRegistered;
        this.evictor = evictor;
    }

    /** Adds a filter that the registry applies to every id. */
    void addFilter(MeterFilter filter) {
        filters.add(filter);
    }

    /**
     * Returns a meter with its own series. Beyond the limit, it records nothing.
     *
     * @param maker creates the meter
     * @param noop creates a meter that does nothing
     */
    synchronized <M extends Meter> M createOrNoop(Meter.Id id, Supplier<M> maker, Function<Meter.Id, M> noop) {
        evict();
        if (series.get() < max) {
            return counted(maker.get());
        }
        warn(id, "records nothing");
        return placeholder(id, noop.apply(id));
    }

    /**
     * Returns a meter with its own series. Beyond the limit, it records into the overflow meter of its name.
     *
     * @param histogram whether the meter publishes buckets
     * @param maker creates a meter
     * @param noop creates a meter that does nothing
     * @param adapter wraps the overflow meter, for a meter with another scale
     */
    synchronized <M extends Meter> M createOrOverflow(
            Meter.Id id,
            boolean histogram,
            Class<M> type,
            Function<Meter.Id, ? extends M> maker,
            Function<Meter.Id, ? extends M> noop,
            UnaryOperator<M> adapter) {
        evict();
        if (series.get() < max
                && (overflowMeters.isEmpty() || !overflowMeters.containsKey(new Key(id, histogram, false)))) {
            return counted(maker.apply(id));
        }
        Key key = new Key(overflowId(id, OVERFLOW), histogram, false);
        Meter overflow = overflowMeters.get(key);
        if (overflow == null && overflowMeters.size() < MAX_OVERFLOW_SERIES) {
            overflow = maker.apply(freeOverflowId(id));
            overflowMeters.put(key, overflow);
        }
        if (!type.isInstance(overflow)) {
            warn(
                    id,
                    "records nothing, because the limit of " + MAX_OVERFLOW_SERIES
                            + " overflow series is reached, too");
            return placeholder(id, noop.apply(id));
        }
        Meter.Id shared = overflow.getId();
        warn(id, "records into the overflow series " + shared);
        return placeholder(id, adapter.apply(type.cast(overflow)));
    }

    /**
     * Returns a meter with an exact name, which Micrometer does not store.
     *
     * <p>The overflow meter of a name can be a meter with its own series: the one whose label values are all "overflow", if a client sent them.
     *
     * @param check throws an exception if the meter cannot be exposed; called before a meter is made
     * @param meters the meters with exact names and their own series; a new one is added
     * @param admitted whether the meter may have its own series; called if the limit permits it
     * @param histogram whether the meter publishes buckets
     * @param overflows whether a meter of this type can be the overflow meter of others
     * @param maker creates a meter
     * @return the meter, or the overflow meter of its name; null if it can have neither
     */
    synchronized @Nullable Meter createExact(
            Meter.Id id,
            Runnable check,
            Map<Meter.Id, Meter> meters,
            BooleanSupplier admitted,
            boolean histogram,
            boolean overflows,
            Function<Meter.Id, ? extends Meter> maker) {
        Meter existing = meters.get(id);
        if (existing != null) {
            return existing;
        }
        check.run();
        if (series.get() < max
                && !overflowMeters.containsKey(new Key(id, histogram, true))
                && admitted.getAsBoolean()) {
            Meter made = counted(maker.apply(id));
            meters.put(id, made);
            return made;
        }
        Meter overflow = null;
        if (overflows) {
            Key key = new Key(exactOverflowId(id), histogram, true);
            overflow = overflowMeters.get(key);
            if (overflow == null) {
                overflow = meters.get(key.id); // of the same kind: the check accepts one kind per name
            }
            if (overflow == null && overflowMeters.size() < MAX_OVERFLOW_SERIES) {
                overflow = maker.apply(key.id);
                overflowMeters.put(key, overflow);
            }
        }
        overflowed.incrementAndGet();
        return overflow;
    }

    /** Returns the id with every tag set to the overflow value. */
    private static Meter.Id exactOverflowId(Meter.Id id) {
        List<Tag> tags = new ArrayList<>();
        id.getTagsAsIterable().forEach(tag -> tags.add(Tag.of(tag.getKey(), OVERFLOW)));
        return new Meter.Id(id.getName(), Tags.of(tags), null, id.getDescription(), id.getType());
    }

    private <M> M counted(M made) {
        series.incrementAndGet();
        return made;
    }

    private <M extends Meter> M placeholder(Meter.Id id, M meter) {
        overflowed.incrementAndGet();
        placeholder = new Placeholder(id, meter);
        return meter;
    }

    private void evict() {
        Placeholder evicted = placeholder;
        if (evicted != null) {
            evictor.accept(evicted.id);
            placeholder = null;
        }
    }

    private void warn(Meter.Id id, String instead) {
        LOGGER.log(
                id.toString(),
                () -> "The limit " + Settings.SERIES_MAX.key() + "=" + max + " is reached: the meter " + id + " "
                        + instead);
    }

    /** Subtracts a removed meter from the number of series, and evicts the placeholder, so that its id can be registered again. */
    void removed() {
        series.decrementAndGet();
        evict();
    }

    /**
     * Replaces the meter of the placeholder, if there is one, by its wrapper, because Micrometer stores the wrapper. Returns the wrapper.
     */
    <M extends Meter> M wrapped(M wrapping) {
        Placeholder now = placeholder;
        if (now != null) {
            placeholder = new Placeholder(now.id, wrapping);
        }
        return wrapping;
    }

    /** Returns whether this meter is stored only because Micrometer stores every meter. Listeners must not see it. */
    @SuppressWarnings("ReferenceEquality") // another meter may have the same id
    boolean isPlaceholder(Meter meter) {
        Placeholder now = placeholder;
        return now != null && now.meter == meter;
    }

    /** Returns all overflow meters. */
    Collection<Meter> overflowMeters() {
        return overflowMeters.values();
    }

    SeriesStatistics statistics(int hidden) {
        return new SeriesStatistics(series.get(), overflowMeters.size(), overflowed.get(), hidden);
    }

    /** Returns an overflow id that no registered meter has: an application may use the label value "overflow" itself. */
    private Meter.Id freeOverflowId(Meter.Id id) {
        String value = OVERFLOW;
        Meter.Id free = overflowId(id, value);
        while (!free.getTags().isEmpty() && isRegistered.test(free)) {
            value += "_";
            free = overflowId(id, value);
        }
        return free;
    }

    /** Returns the id with every tag set to a value, except tags that a filter adds to every meter. */
    private Meter.Id overflowId(Meter.Id id, String value) {
        Set<Tag> common = commonTags(id);
        List<Tag> tags = new ArrayList<>();
        for (Tag tag : id.getTagsAsIterable()) {
            tags.add(common.contains(tag) ? tag : Tag.of(tag.getKey(), value));
        }
        return new Meter.Id(id.getName(), Tags.of(tags), id.getBaseUnit(), id.getDescription(), id.getType());
    }

    /** Returns the tags that filters add to a meter of this name without tags. */
    private Set<Tag> commonTags(Meter.Id id) {
        Meter.Id bare = new Meter.Id(id.getName(), Tags.empty(), id.getBaseUnit(), null, id.getType());
        for (MeterFilter filter : filters) {
            try {
                bare = filter.map(bare);
            } catch (RuntimeException requiresTag) {
                // A filter that requires a tag adds none to every meter.
            }
        }
        Set<Tag> tags = new HashSet<>();
        bare.getTagsAsIterable().forEach(tags::add);
        return tags;
    }
}
