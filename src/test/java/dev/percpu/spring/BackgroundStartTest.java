package dev.percpu.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.percpu.JavaProgram;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class BackgroundStartTest {
    /** Loading and linking classes is what a start mostly costs. */
    @Test
    void shouldLoadTheClassesOfTheFirstRegistry() throws Exception {
        int before = classesOfARegistry("no");
        int after = classesOfARegistry("yes");

        assertThat(before).isGreaterThan(500);
        assertThat(after).isLessThan(before / 10);
    }

    private static int classesOfARegistry(String prepare) throws Exception {
        JavaProgram.Ended ended = new JavaProgram(ClassCount.class)
                .classPath(System.getProperty("java.class.path"))
                .run(prepare);
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        return Integer.parseInt(ended.output().lines().toList().getLast());
    }

    /** Prints the number of classes that the first registry of the application loads. */
    static final class ClassCount {
        public static void main(String[] arguments) throws InterruptedException {
            if (arguments[0].equals("yes")) {
                BackgroundStart.begin(new StandardEnvironment());
                for (Thread thread : Thread.getAllStackTraces().keySet()) {
                    if (thread.getName().equals("percpu-start")) {
                        thread.join();
                    }
                }
            }
            long before = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
            try (Registry registry = new Registry()) {
                registry.counter("orders").increment();
                registry.timer("checkout").record(1, TimeUnit.SECONDS);
            }
            System.out.println(ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount() - before);
        }
    }

    private static final class Registry extends PerCpuMeterRegistry implements AutoCloseable {}

    @Test
    void shouldLeaveInvalidSettingsToTheBean() {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("percpu.series.max", "none")));
        PerCpuConfig invalid = key -> key.equals("percpu.series.max") ? "none" : null;

        assertThatCode(() -> BackgroundStart.begin(environment)).doesNotThrowAnyException();
        assertThatCode(() -> BackgroundStart.prepare(invalid)).doesNotThrowAnyException();
    }
}
