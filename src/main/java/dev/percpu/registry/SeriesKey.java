package dev.percpu.registry;

import io.micrometer.core.instrument.config.validate.DurationValidator;
import io.micrometer.core.instrument.config.validate.InvalidReason;
import io.micrometer.core.instrument.config.validate.Validated;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keys that bound a registry's series, {@code percpu.series.*}. */
public enum SeriesKey {
    /** How many series there may be. */
    MAX("percpu.series.max", "a whole number from 1 to " + Integer.MAX_VALUE) {
        @Override
        SeriesSettings applied(SeriesSettings to, String value) {
            return to.withMax(Integer.parseInt(value));
        }
    },
    /** How long nothing has to be recorded into a series until scrapes leave it out. */
    EXPIRE_AFTER("percpu.series.expire-after", "off, or a duration of at least 1s, such as 90s, 10m, 1h or PT1H") {
        @Override
        SeriesSettings applied(SeriesSettings to, String value) {
            if (value.equalsIgnoreCase("off")) {
                return to.withExpireAfter(null);
            }
            Validated<Duration> duration = DurationValidator.validate(key(), value);
            if (!duration.isValid()) {
                throw new IllegalArgumentException(value + " is no duration");
            }
            return to.withExpireAfter(duration.get());
        }
    };

    private final String key;
    private final String allowed;

    SeriesKey(String key, String allowed) {
        this.key = key;
        this.allowed = allowed;
    }

    /** As it stands in a configuration. */
    public String key() {
        return key;
    }

    /** What a value may be, in words. */
    public String allowed() {
        return allowed;
    }

    /** Whether a value may be this. */
    public boolean allows(String value) {
        return SettingValue.isAllowed(value, it -> applied(SeriesSettings.DEFAULT, it));
    }

    abstract SeriesSettings applied(SeriesSettings to, String value);

    /** What a configuration says of this key, as Micrometer checks configurations. */
    Validated<String> validated(Function<String, @Nullable String> lookup) {
        String value = lookup.apply(key);
        return value == null || allows(value)
                ? Validated.none()
                : Validated.invalid(key, value, "must be: " + allowed, InvalidReason.MALFORMED);
    }

    SeriesSettings configured(SeriesSettings to, Function<String, @Nullable String> lookup) {
        String value = lookup.apply(key);
        return value == null ? to : SettingValue.parsed(key, value, allowed, it -> applied(to, it));
    }
}
