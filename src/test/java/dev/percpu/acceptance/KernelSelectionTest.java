package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.Testbeds.Kernel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KernelSelectionTest {

    @Test
    void shouldSelectTheNewestOfKnownAndNewerSeries() {
        assertThat(releases(KernelSelection.select(kernels(
                        "amd64", "6.1.170-3", "6.1.176-1", "6.9.1-1", "6.19.9-1", "6.19.14-1~bpo13+1", "7.10.1-1"))))
                .containsExactly("6.1.176", "6.19.14", "7.10.1");
    }

    @Test
    void shouldSelectEveryBrokenKernelOfArm64() {
        List<Kernel> selected = KernelSelection.select(
                kernels("arm64", "6.18.15-1", "6.19.6-1", "6.19.14-1", "7.0.4-1", "7.0.13-1", "7.0.14-1", "7.1.3-1"));

        assertThat(releases(selected))
                .containsExactly("6.18.15", "6.19.6", "6.19.14", "7.0.4", "7.0.13", "7.0.14", "7.1.3");
        assertThat(releases(selected.stream().filter(KernelSelection::isBroken).toList()))
                .containsExactly("6.19.6", "6.19.14", "7.0.4", "7.0.13");
    }

    @Test
    void shouldListMissingSeriesAndReleases() {
        assertThat(KernelSelection.missing(
                        "arm64",
                        kernels("arm64", "5.10.223-1", "6.1.1-1", "6.12.1-1", "6.18.1-1", "7.0.4-1", "7.1.1-1")))
                .containsExactly("6.19", "7.2", "7.3", "6.19.14", "7.0.13");
    }

    private static List<Kernel> kernels(String arch, String... versions) {
        return Stream.of(versions)
                .map(version -> new Kernel("suite", arch, "linux-image-" + version, version))
                .toList();
    }

    private static List<String> releases(List<Kernel> kernels) {
        return kernels.stream().map(Kernel::release).toList();
    }
}
