package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A comparison of {@code GET /api/rseq} with the output of the C probe for the same process, field by field. Immutable. */
final class StatusCheck {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> OF_THIS_MACHINE =
            Set.of("more-possible-than-usable-cpus", "restart-rate", "shared-shard-in-use");

    private static final int RSEQ_FENCE = 1 << 7;
    private static final int SLICE_EXT_AVAILABLE = 1 << 4;

    private final JsonNode status;
    private final Words probe;

    private StatusCheck(JsonNode status, Words probe) {
        this.status = status;
        this.probe = probe;
    }

    /**
     * Compares both.
     *
     * @param probe output of probe for the process of the service
     */
    static void of(ServiceProcess service, Words probe) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(service.application().resolve("/api/rseq"))
                    .build();
            String body = client.send(request, BodyHandlers.ofString()).body();
            StatusCheck check = new StatusCheck(JSON.readTree(body), probe);
            check.registration();
            check.kernel();
            check.libc();
            check.fields();
            check.mode();
            check.findings();
        }
    }

    private void registration() {
        assertThat(status.path("owner").asText()).isEqualTo(probe.text("owner"));
        // The kernel's configuration of the service's threads.
        assertThat(probe.number("service.registered")).isPositive();
        assertThat(probe.number("service.different"))
                .as("threads registered in another way")
                .isZero();
        if (probe.text("owner").equals("libc")) {
            assertThat(probe.number("service.unregistered"))
                    .as("threads that libc did not register")
                    .isZero();
            assertThat(probe.number("service.elsewhere"))
                    .as("areas at another offset")
                    .isZero();
            assertThat(status.at("/libc/rseqOffset").asText()).isEqualTo(probe.text("service.offset"));
        }
        int length = probe.number("service.length");
        assertThat(length).isEqualTo(probe.number("length"));
        assertThat(status.at("/registration/length").asInt()).isEqualTo(length);
        assertThat(status.at("/registration/layout").asText()).isEqualTo(MatrixPrograms.layout(length));
        assertThat(status.at("/registration/signature").asText()).isEqualTo(probe.text("service.signature"));
    }

    private void kernel() {
        assertThat(status.at("/kernel/release").asText()).isEqualTo(probe.text("kernel"));
        assertThat(status.at("/kernel/machine").asText()).isEqualTo(probe.text("machine"));
        assertThat(number("/kernel/featureSize")).isEqualTo(probe.numberOrNull("featureSize"));
        assertThat(number("/kernel/align")).isEqualTo(probe.numberOrNull("align"));
        int mask = probe.number("membarrier");
        assertThat(status.at("/kernel/membarrier/mask").asText()).isEqualTo("0x" + Integer.toHexString(mask));
        assertThat(status.at("/kernel/membarrier/rseqFence").asBoolean()).isEqualTo((mask & RSEQ_FENCE) != 0);
    }

    private void libc() {
        assertThat(status.at("/libc/name").asText()).isEqualTo(probe.text("libc"));
        assertThat(status.at("/libc/version").asText()).isEqualTo(probe.text("libcVersion"));
        assertThat(number("/libc/rseqSize")).isEqualTo(probe.numberOrNull("rseqSize"));
        assertThat(number("/libc/rseqFlags")).isEqualTo(probe.numberOrNull("rseqFlags"));
        assertThat(status.at("/libc/rseqOffset").isNull()).isEqualTo(!probe.has("rseqOffset"));
    }

    private void fields() {
        int activeSize = MatrixPrograms.activeSize(probe);
        assertThat(number("/activeSize")).isEqualTo(activeSize == 0 ? null : activeSize);
        assertThat(status.path("fields").size()).isGreaterThanOrEqualTo(7);
        for (JsonNode field : status.path("fields")) {
            boolean available =
                    field.path("offset").asInt() + field.path("size").asInt() <= activeSize;
            if (field.path("name").asText().equals("slice_ctrl")) {
                available &= (status.at("/thread/flags").asInt() & SLICE_EXT_AVAILABLE) != 0;
            }
            assertThat(field.path("available").asBoolean()).as(field.toString()).isEqualTo(available);
        }
        assertThat(status.at("/thread/node_id").isNumber()).isEqualTo(activeSize >= 24);
        assertThat(status.at("/thread/mm_cid").isNumber()).isEqualTo(activeSize >= 28);
    }

    /** The self-test never fails on kernels that run here. It may be skipped, and arm64 then records by atomic instructions. */
    private void mode() {
        assertThat(status.at("/selfTest/result").asText()).isNotEqualTo("failed");
        assertThat(status.at("/selfTest/violations").asInt()).isZero();
        if (status.at("/selfTest/result").asText().equals("passed")) {
            assertThat(status.path("mode").asText())
                    .as("mode, with the reason " + status.path("reason"))
                    .isEqualTo("rseq");
            assertThat(status.path("active").asBoolean()).isTrue();
            assertThat(status.path("reason").isNull()).isTrue();
        }
    }

    /** The findings that libc and kernel cause. Those of this machine's CPUs and load are not compared. */
    private void findings() {
        List<String> expected = new ArrayList<>();
        if (probe.text("libc").equals("glibc") && !probe.has("rseqSize")) {
            expected.add("libc-too-old");
        }
        Integer featureSize = probe.numberOrNull("featureSize");
        if (featureSize == null || featureSize < 28) {
            expected.add("kernel-too-old-for-mm-cid");
        }
        expected.add("unpacked-library");
        assertThat(status.path("findings"))
                .extracting(finding -> finding.path("id").asText())
                .filteredOn(id -> !OF_THIS_MACHINE.contains(id))
                .isEqualTo(expected);
    }

    private @Nullable Integer number(String pointer) {
        JsonNode value = status.at(pointer);
        return value.isNull() ? null : Integer.valueOf(value.intValue());
    }
}
