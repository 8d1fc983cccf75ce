package dev.percpu.registry;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
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
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The bound on a registry's series, and what becomes of meters beyond it: those that can be added up get the overflow meter of their name,
 * which is one more series, the others one that does nothing.
 *
 * <p>Micrometer stores whatever meter it is given under the id that it was asked for. An id beyond the bound must not take memory for good,
 * so it is taken out again as soon as the next meter is made: there is never more than one, the {@linkplain #isPlaceholder stand-in}.
 *
 * <p>Changed under the registry's own lock only, which it holds whenever it makes or removes a meter; read by any thread.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, as said above
final class SeriesLimit {
    /** The value of every label of an overflow series, but for those that a filter gives to all meters. */
    static final String OVERFLOW = "overflow";

    /** Names may be made up without end as well. */
    static final int MAX_OVERFLOW_SERIES = 10_000;

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(SeriesLimit.class);

    private final int max;
    private final Predicate<Meter.Id> isRegistered;
    private final Consumer<Meter.Id> evictor;
    private final List<MeterFilter> filters = new CopyOnWriteArrayList<>();
    private final Map<Key, Meter> overflowMeters = new ConcurrentHashMap<>();
    private final AtomicInteger series = new AtomicInteger();
    private final AtomicLong overflowed = new AtomicLong();
    private volatile @Nullable Placeholder placeholder;

    /** Meters of one name that cannot be in one family are not in one overflow series either. */
    private record Key(Meter.Id id, boolean histogram) {}

    /** A meter that Micrometer is about to store, or has stored, under an id beyond the bound. */
    private record Placeholder(Meter.Id id, Meter meter) {}

    /**
     * @param isRegistered whether the registry has a meter of that id; may take long
     * @param evictor takes an id out of the registry
     */
    SeriesLimit(int max, Predicate<Meter.Id> isRegistered, Consumer<Meter.Id> evictor) {
        this.max = max;
        this.isRegistered = isRegistered;
        this.evictor = evictor;
    }

    /** What a meter's id goes through before the registry sees it. */
    void addFilter(MeterFilter filter) {
        filters.add(filter);
    }

    /**
     * A meter that is a series of its own, or nothing beyond the bound.
     *
     * @param maker makes it
     * @param noop makes one that does nothing
     */
    <M extends Meter> M ownOrNothing(Meter.Id id, Supplier<M> maker, Function<Meter.Id, M> noop) {
        evict();
        if (series.get() < max) {
            return counted(maker.get());
        }
        warn(id, "does nothing");
        return standingIn(id, noop.apply(id));
    }

    /**
     * A meter that is a series of its own, or the overflow meter of its name beyond the bound.
     *
     * @param histogram whether it publishes buckets
     * @param maker makes the meter of an id
     * @param noop makes one that does nothing
     * @param adapter from the overflow meter to one that records into it as its own would
     */
    <M extends Meter> M ownOrOverflow(
            Meter.Id id,
            boolean histogram,
            Class<M> type,
            Function<Meter.Id, ? extends M> maker,
            Function<Meter.Id, ? extends M> noop,
            UnaryOperator<M> adapter) {
        evict();
        if (series.get() < max && (overflowMeters.isEmpty() || !overflowMeters.containsKey(new Key(id, histogram)))) {
            return counted(maker.apply(id));
        }
        Key key = new Key(overflowId(id, OVERFLOW), histogram);
        Meter overflow = overflowMeters.get(key);
        if (overflow == null && overflowMeters.size() < MAX_OVERFLOW_SERIES) {
            overflow = maker.apply(freeOverflowId(id));
            overflowMeters.put(key, overflow);
        }
        if (!type.isInstance(overflow)) {
            warn(id, "does nothing, as there are " + overflowMeters.size() + " overflow series already");
            return standingIn(id, noop.apply(id));
        }
        Meter.Id shared = overflow.getId();
        warn(id, "records into the overflow series " + shared);
        return standingIn(id, adapter.apply(type.cast(overflow)));
    }

    private <M> M counted(M made) {
        series.incrementAndGet();
        return made;
    }

    private <M extends Meter> M standingIn(Meter.Id id, M meter) {
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
        LOGGER.log(() -> SeriesKey.MAX.key() + " = " + max + " series are registered: " + id + " " + instead + ".");
    }

    /** A meter that was counted was removed: there is room for what stood in vain for another. */
    void removed() {
        series.decrementAndGet();
        evict();
    }

    /** The meter that was made last is stored in this wrapping. */
    <M extends Meter> M wrapped(M wrapping) {
        Placeholder now = placeholder;
        if (now != null) {
            placeholder = new Placeholder(now.id, wrapping);
        }
        return wrapping;
    }

    /** Whether the registry has this meter only since it must store something, and nobody is to be told of it. */
    @SuppressWarnings("ReferenceEquality") // others may have the same id
    boolean isPlaceholder(Meter meter) {
        Placeholder now = placeholder;
        return now != null && now.meter == meter;
    }

    /** All overflow meters. */
    Collection<Meter> overflowMeters() {
        return overflowMeters.values();
    }

    SeriesStatistics statistics(int hidden) {
        return new SeriesStatistics(series.get(), overflowMeters.size(), overflowed.get(), hidden);
    }

    /** Somebody may have a series of that name whose labels are all like that. */
    private Meter.Id freeOverflowId(Meter.Id id) {
        String value = OVERFLOW;
        Meter.Id free = overflowId(id, value);
        while (!free.getTags().isEmpty() && isRegistered.test(free)) {
            value += "_";
            free = overflowId(id, value);
        }
        return free;
    }

    /** The same with that for a value of its tags; those that a filter gives to all meters keep theirs. */
    private Meter.Id overflowId(Meter.Id id, String value) {
        Set<Tag> common = commonTags(id);
        List<Tag> tags = new ArrayList<>();
        for (Tag tag : id.getTagsAsIterable()) {
            tags.add(common.contains(tag) ? tag : Tag.of(tag.getKey(), value));
        }
        return new Meter.Id(id.getName(), Tags.of(tags), id.getBaseUnit(), id.getDescription(), id.getType());
    }

    /** The tags that a meter of that name gets if it has none. */
    private Set<Tag> commonTags(Meter.Id id) {
        Meter.Id bare = new Meter.Id(id.getName(), Tags.empty(), id.getBaseUnit(), null, id.getType());
        for (MeterFilter filter : filters) {
            try {
                bare = filter.map(bare);
            } catch (RuntimeException needsATag) {
                // then it is no filter that gives one to all
            }
        }
        Set<Tag> tags = new HashSet<>();
        bare.getTagsAsIterable().forEach(tags::add);
        return tags;
    }
}
