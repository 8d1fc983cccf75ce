package dev.percpu.acceptance;

import dev.percpu.acceptance.Testbeds.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** The selection of kernels from Debian's archive to boot, and of kernels that the archive lacks. Stateless. */
final class KernelSelection {

    /** Orders releases by their numbers: 6.9 before 6.12. */
    static final Comparator<String> BY_RELEASE = (a, b) -> Arrays.compare(numbers(a), numbers(b));

    /** The series to test. Series newer than the last one are tested too. */
    private static final List<String> SERIES =
            List.of("5.10", "6.1", "6.12", "6.18", "6.19", "7.0", "7.1", "7.2", "7.3");

    /** Releases of arm64 on which sections did not restart. */
    private static final List<String> KNOWN_BROKEN = List.of("6.19.14", "7.0.4", "7.0.13");

    private KernelSelection() {}

    /** Returns whether a kernel does not restart a section after preemption: arm64 from 6.19 to 7.0.13. */
    static boolean isBroken(Kernel kernel) {
        return kernel.arch().equals("arm64")
                && BY_RELEASE.compare(kernel.release(), "6.19") >= 0
                && BY_RELEASE.compare(kernel.release(), "7.0.13") <= 0;
    }

    /** Returns the newest kernel of each series and every broken kernel, in ascending order. */
    static List<Kernel> select(Collection<Kernel> all) {
        TreeMap<String, Kernel> newest = new TreeMap<>(BY_RELEASE);
        TreeMap<String, Kernel> selected = new TreeMap<>(BY_RELEASE);
        for (Kernel kernel : all) {
            String series = kernel.series();
            if (SERIES.contains(series) || BY_RELEASE.compare(series, SERIES.getLast()) > 0) {
                newest.merge(series, kernel, (a, b) -> BY_RELEASE.compare(a.release(), b.release()) >= 0 ? a : b);
            }
            if (isBroken(kernel)) {
                selected.put(kernel.release(), kernel);
            }
        }
        newest.values().forEach(kernel -> selected.put(kernel.release(), kernel));
        return List.copyOf(selected.values());
    }

    /** Returns whether a kernel is the newest of its series. Such kernels are tested with every libc. */
    static boolean isNewest(Kernel kernel, Collection<Kernel> all) {
        return all.stream()
                .filter(other -> other.series().equals(kernel.series()))
                .allMatch(other -> BY_RELEASE.compare(other.release(), kernel.release()) <= 0);
    }

    /** Returns the series and broken releases of an architecture that should be tested and are not in the collection. */
    static List<String> missing(String arch, Collection<Kernel> all) {
        List<String> missing = new ArrayList<>();
        SERIES.stream()
                .filter(series ->
                        all.stream().noneMatch(kernel -> kernel.series().equals(series)))
                .forEach(missing::add);
        if (arch.equals("arm64")) {
            KNOWN_BROKEN.stream()
                    .filter(release ->
                            all.stream().noneMatch(kernel -> kernel.release().equals(release)))
                    .forEach(missing::add);
        }
        return missing;
    }

    private static int[] numbers(String release) {
        return Arrays.stream(release.split("[^0-9]+"))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
