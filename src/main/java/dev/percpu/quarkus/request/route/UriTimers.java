package dev.percpu.quarkus.request.route;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.http.Outcome;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One value of the label {@code uri} and the timers recorded under it, one per method and status, each made when it is first needed
 * and then held.
 *
 * <p>Thread-safe. Finding a held timer reads one array element and scans the handful of statuses that a route answers with: no lock,
 * no allocation, no hashing.
 */
public final class UriTimers {

    /** Stands for a request that never got its response: the label {@code status} is then {@code RESET}, as with Quarkus. */
    public static final int RESET = -1;

    private static final int UNKNOWN_STATUS = 0;

    /** Timers with contributed tags that are held; further ones are looked up in the registry, which bounds its series itself. */
    private static final int MAX_CONTRIBUTED = 1_000;

    private final String uri;
    private final boolean ignored;
    private final Registration registration;
    private final AtomicReferenceArray<@Nullable StatusTimers> byMethod = new AtomicReferenceArray<>(MethodLabel.COUNT);
    private final ConcurrentHashMap<Tags, Timer> contributed = new ConcurrentHashMap<>();

    /** Makes the timer of a set of labels in whichever registry the caller records to. */
    @FunctionalInterface
    interface Registration {
        /** The timer, or null if the registry refuses it, now or for good. */
        public @Nullable Timer timer(Tags tags);
    }

    /** @param ignored whether what has this value is not to be recorded */
    UriTimers(String uri, boolean ignored, Registration registration) {
        this.uri = uri;
        this.ignored = ignored;
        this.registration = registration;
    }

    public String uri() {
        return uri;
    }

    boolean ignored() {
        return ignored;
    }

    /**
     * The timer of a method and status if it is held; null if it has to be registered.
     *
     * @param status an HTTP status code or {@link #RESET}; what is neither (not 100 to 999) is recorded as {@code UNKNOWN}
     */
    public @Nullable Timer held(MethodLabel method, int status) {
        StatusTimers timers = byMethod.get(method.ordinal());
        return timers == null ? null : timers.get(known(status));
    }

    /** The same with further labels, which take the place of ours where they have their names. */
    public @Nullable Timer held(MethodLabel method, int status, Tags further) {
        return isEmpty(further)
                ? held(method, status)
                : contributed.get(tags(method, known(status)).and(further));
    }

    /** The timer of a method and status, registered if need be, or null if the registry refuses it. */
    public @Nullable Timer timer(MethodLabel method, int status) {
        Timer held = held(method, status);
        return held == null ? add(method, known(status)) : held;
    }

    /** The same with further labels. */
    public @Nullable Timer timer(MethodLabel method, int status, Tags further) {
        if (isEmpty(further)) {
            return timer(method, status);
        }
        Tags tags = tags(method, known(status)).and(further);
        Timer held = contributed.get(tags);
        if (held != null) {
            return held;
        }
        Timer added = registration.timer(tags);
        if (added != null && contributed.size() < MAX_CONTRIBUTED) {
            contributed.put(tags, added);
        }
        return added;
    }

    private static boolean isEmpty(Tags tags) {
        return !tags.iterator().hasNext();
    }

    private synchronized @Nullable Timer add(MethodLabel method, int status) {
        StatusTimers timers = byMethod.get(method.ordinal());
        Timer held = timers == null ? null : timers.get(status);
        if (held != null) {
            return held;
        }
        Timer added = registration.timer(tags(method, status));
        if (added != null) {
            byMethod.set(
                    method.ordinal(),
                    timers == null
                            ? new StatusTimers(new int[] {status}, new Timer[] {added})
                            : timers.with(status, added));
        }
        return added;
    }

    private Tags tags(MethodLabel method, int status) {
        return Tags.of("method", method.name(), "outcome", outcome(status), "status", statusLabel(status), "uri", uri);
    }

    private static int known(int status) {
        return status == RESET || (status >= 100 && status <= 999) ? status : UNKNOWN_STATUS;
    }

    private static String outcome(int status) {
        return status == RESET
                ? Outcome.CLIENT_ERROR.name()
                : Outcome.forStatus(status).name();
    }

    private static String statusLabel(int status) {
        return switch (status) {
            case RESET -> "RESET";
            case UNKNOWN_STATUS -> "UNKNOWN";
            default -> Integer.toString(status);
        };
    }

    /** Immutable; the arrays are never changed once published. */
    private record StatusTimers(int[] statuses, Timer[] timers) {

        @Nullable
        Timer get(int status) {
            for (int i = 0; i < statuses.length; i++) {
                if (statuses[i] == status) {
                    return timers[i];
                }
            }
            return null;
        }

        StatusTimers with(int status, Timer timer) {
            int[] moreStatuses = Arrays.copyOf(statuses, statuses.length + 1);
            Timer[] moreTimers = Arrays.copyOf(timers, timers.length + 1);
            moreStatuses[statuses.length] = status;
            moreTimers[timers.length] = timer;
            return new StatusTimers(moreStatuses, moreTimers);
        }
    }
}
