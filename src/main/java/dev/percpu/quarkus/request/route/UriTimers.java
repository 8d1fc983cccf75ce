package dev.percpu.quarkus.request.route;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.http.Outcome;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The timers that share one value of the label {@code uri}, one for each method and status. A timer is registered at its first
 * request and kept.
 *
 * <p>Thread-safe. Finding a registered timer without contributed tags reads one array element and scans the few statuses of the route. It
 * takes no lock and allocates nothing.
 */
public final class UriTimers {

    /** The status of a request that got no response. The value of the label {@code status} is then {@code RESET}, as in Quarkus. */
    public static final int RESET = -1;

    private static final int UNKNOWN_STATUS = 0;

    /** Limit of the timers with contributed tags that are kept. Further ones are read from the registry, which limits its series itself. */
    private static final int MAX_CONTRIBUTED = 1_000;

    private final String uri;
    private final boolean ignored;
    private final Registration registration;
    private final AtomicReferenceArray<@Nullable StatusTimers> byMethod = new AtomicReferenceArray<>(MethodLabel.COUNT);
    private final ConcurrentHashMap<Tags, Timer> contributed = new ConcurrentHashMap<>();

    /** A function that registers timers. */
    @FunctionalInterface
    interface Registration {
        /** Returns the timer with these labels; null if it cannot be registered now. */
        @Nullable
        Timer register(Tags tags);
    }

    /** @param ignored whether requests with this value are not recorded */
    UriTimers(String uri, boolean ignored, Registration registration) {
        this.uri = uri;
        this.ignored = ignored;
        this.registration = registration;
    }

    /** Returns the value of the label {@code uri}. */
    public String uri() {
        return uri;
    }

    boolean ignored() {
        return ignored;
    }

    /**
     * Returns the timer of a method and status; null if it is not registered yet.
     *
     * @param status HTTP status code from 100 to 999, or {@link #RESET}; any other value is recorded as {@code UNKNOWN}
     */
    public @Nullable Timer find(MethodLabel method, int status) {
        StatusTimers timers = byMethod.get(method.ordinal());
        return timers == null ? null : timers.get(known(status));
    }

    /** Returns the timer with contributed labels, which replace labels of the same name; null if it is not registered yet. */
    public @Nullable Timer find(MethodLabel method, int status, Tags contributedTags) {
        return isEmpty(contributedTags)
                ? find(method, status)
                : contributed.get(tags(method, known(status)).and(contributedTags));
    }

    /**
     * Returns the timer of a method and status. The first call registers it.
     *
     * @return null if the timer cannot be registered now
     */
    @Nullable
    Timer findOrRegister(MethodLabel method, int status) {
        Timer found = find(method, status);
        return found == null ? add(method, known(status)) : found;
    }

    /**
     * Returns the timer with contributed labels. The first call registers it.
     *
     * @param contributedTags labels that replace labels of the same name
     * @return null if the timer cannot be registered now
     */
    public @Nullable Timer findOrRegister(MethodLabel method, int status, Tags contributedTags) {
        if (isEmpty(contributedTags)) {
            return findOrRegister(method, status);
        }
        Tags tags = tags(method, known(status)).and(contributedTags);
        Timer found = contributed.get(tags);
        if (found != null) {
            return found;
        }
        Timer added = registration.register(tags);
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
        Timer found = timers == null ? null : timers.get(status);
        if (found != null) {
            return found;
        }
        Timer added = registration.register(tags(method, status));
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

    /** The timers of one method by status. Immutable: adding a timer copies the arrays. */
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
