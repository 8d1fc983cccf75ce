package dev.percpu.service.status;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The response of {@code GET /api/requests}. Its names are part of the contract with clients. Immutable. */
record RequestsReport(List<Route> routes) {

    RequestsReport {
        routes = List.copyOf(routes);
    }

    /**
     * The requests of one route and method, of every status, since the start of the service.
     *
     * @param uri template of the route, or a word for requests without one, such as {@code NOT_FOUND}
     * @param count number of requests
     * @param errors number of requests with a status of 500 or above
     * @param sumSeconds time of all requests
     * @param maxSeconds longest time of a request in the last minutes: Micrometer's windows, 2 minutes by default
     * @param buckets cumulative counts by time, without the bucket of all; null without {@code percpu.requests.histogram}
     */
    record Route(
            String uri,
            String method,
            long count,
            long errors,
            double sumSeconds,
            double maxSeconds,
            @Nullable List<Bucket> buckets) {}

    /**
     * The requests up to a time.
     *
     * @param le inclusive upper bound, in seconds
     */
    record Bucket(double le, long count) {}

    /** Returns the report of the timers {@code http.server.requests}, sorted by route and method. */
    static RequestsReport of(Collection<Timer> timers) {
        Map<Key, Sums> routes = new TreeMap<>();
        for (Timer timer : timers) {
            routes.computeIfAbsent(Key.of(timer), key -> new Sums()).add(timer);
        }
        return new RequestsReport(routes.entrySet().stream()
                .map(entry -> entry.getValue().route(entry.getKey()))
                .toList());
    }

    private record Key(String uri, String method) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::uri).thenComparing(Key::method);

        static Key of(Timer timer) {
            return new Key(tag(timer, "uri"), tag(timer, "method"));
        }

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private static String tag(Timer timer, String name) {
        String value = timer.getId().getTag(name);
        return value == null ? "UNKNOWN" : value;
    }

    /** Sums over the timers of a route and method: one for each status, and for each value of the application's own labels. */
    private static final class Sums {
        private long count;
        private long errors;
        private double sumSeconds;
        private double maxSeconds;
        /** The count of each bucket alone, by upper bound in seconds. Two native histograms can have different bounds. */
        private final Map<Double, Long> buckets = new TreeMap<>();

        void add(Timer timer) {
            HistogramSnapshot snapshot = timer.takeSnapshot();
            count += snapshot.count();
            if (tag(timer, "outcome").equals(Outcome.SERVER_ERROR.name())) {
                errors += snapshot.count();
            }
            sumSeconds += snapshot.total(TimeUnit.SECONDS);
            maxSeconds = Math.max(maxSeconds, snapshot.max(TimeUnit.SECONDS));
            long below = 0;
            for (CountAtBucket bucket : snapshot.histogramCounts()) {
                long cumulative = (long) bucket.count();
                buckets.merge(bucket.bucket(TimeUnit.SECONDS), cumulative - below, Long::sum);
                below = cumulative;
            }
        }

        Route route(Key key) {
            return new Route(key.uri, key.method, count, errors, sumSeconds, maxSeconds, cumulative());
        }

        private @Nullable List<Bucket> cumulative() {
            if (buckets.isEmpty()) {
                return null;
            }
            List<Bucket> all = new ArrayList<>(buckets.size());
            long below = 0;
            for (Map.Entry<Double, Long> bucket : buckets.entrySet()) {
                below += bucket.getValue();
                if (Double.isFinite(bucket.getKey())) {
                    all.add(new Bucket(bucket.getKey(), below));
                }
            }
            return all;
        }
    }
}
