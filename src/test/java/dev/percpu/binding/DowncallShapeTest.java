package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.JavaProgram;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DowncallShapeTest {
    /** Loading and generating classes is what the first downcall of a process mostly costs. */
    @Test
    void shouldLinkAllShapesInTheBackground() throws Exception {
        int before = classesOfTheFirstRecord("no");
        int after = classesOfTheFirstRecord("yes");

        assertThat(before).isGreaterThan(100);
        assertThat(after).isLessThan(before / 4);
    }

    private static int classesOfTheFirstRecord(String link) throws Exception {
        JavaProgram.Ended ended = new JavaProgram(ClassCount.class).run(link);
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        return Integer.parseInt(ended.output());
    }

    /** Prints the number of classes that linking one function of each shape loads. */
    static final class ClassCount {
        public static void main(String[] arguments) throws InterruptedException {
            if (arguments[0].equals("yes")) {
                require(DowncallShape.linkInBackground());
                for (Thread thread : Thread.getAllStackTraces().keySet()) {
                    if (thread.getName().equals("percpu-linker")) {
                        require(thread.isDaemon() && thread.getContextClassLoader() == null);
                        thread.join(TimeUnit.MINUTES.toMillis(1));
                    }
                }
                require(!DowncallShape.linkInBackground());
            }
            require(System.getProperty(ProcessFolder.PROPERTY) == null); // the library is not loaded
            require(PercpuLibrary.unavailabilityCause() == null);
            long loaded = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
            var _ = DowncallShape.DESTROY.link(PercpuLibrary.symbols().findOrThrow("percpu_region_destroy"));
            var _ = DowncallShape.ADD.link(PercpuLibrary.symbols().findOrThrow("percpu_add_long__libc"));
            var _ = DowncallShape.OBSERVE.link(PercpuLibrary.symbols().findOrThrow("percpu_observe_long__libc"));
            var _ = DowncallShape.OBSERVE_N.link(PercpuLibrary.symbols().findOrThrow("percpu_observe_n_long__libc"));
            System.out.println(ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount() - loaded);
        }

        private static void require(boolean condition) {
            if (!condition) {
                throw new AssertionError();
            }
        }
    }
}
