package dev.percpu.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class EnvironmentSettingsTest {
    private static final String KEY = "percpu.series.expire-after";

    private static EnvironmentSettings settings(PropertySource<?> source) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(source);
        ConfigurationPropertySources.attach(environment);
        return new EnvironmentSettings(environment);
    }

    @Test
    void shouldFindAKey() {
        assertThat(settings(new MapPropertySource("test", Map.of(KEY, "10s"))).text(KEY))
                .isEqualTo("10s");
    }

    @Test
    void shouldFindAnEnvironmentVariable() {
        PropertySource<?> variables =
                new SystemEnvironmentPropertySource("test", Map.of("PERCPU_SERIES_EXPIRE_AFTER", "10s"));

        assertThat(settings(variables).text(KEY)).isEqualTo("10s");
    }

    @Test
    void shouldFindAKeyInASourceThatDoesNotListItsNames() {
        PropertySource<?> unlisted = new PropertySource<>("test", "10s") {
            @Override
            public Object getProperty(String name) {
                return name.equals(KEY) ? getSource() : null;
            }
        };

        assertThat(settings(unlisted).text(KEY)).isEqualTo("10s");
    }

    /** A search in Spring's environment takes long. */
    @Test
    void shouldNotSearchForKeysThatNoSourceHas() {
        EnumerablePropertySource<String> source = new EnumerablePropertySource<>("test", "") {
            @Override
            public String[] getPropertyNames() {
                return new String[] {"other"};
            }

            @Override
            public Object getProperty(String name) {
                if (name.equals(KEY)) {
                    throw new AssertionError(name + " is searched for");
                }
                return null;
            }
        };

        assertThat(settings(source).text(KEY)).isNull();
    }
}
