package dev.percpu.scrape;

import dev.percpu.meter.CellMeter;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The last changes of the cell meters of an index, compared by identity.
 *
 * @param ordinary the last change among meters with names by convention: an added meter, or another object
 * @param exact the same among meters with exact names
 */
record IndexChanges(Object ordinary, Object exact) {
    @SuppressWarnings("ReferenceEquality")
    boolean areSame(@Nullable IndexChanges other) {
        return other != null && ordinary == other.ordinary && exact == other.exact;
    }

    /** Returns whether each added meter is in a list. */
    @SuppressWarnings("ReferenceEquality")
    boolean areListed(List<CellMeter> meters) {
        return meters.stream()
                        .filter(meter -> meter == ordinary || meter == exact)
                        .count()
                == Stream.of(ordinary, exact)
                        .filter(CellMeter.class::isInstance)
                        .count();
    }
}
