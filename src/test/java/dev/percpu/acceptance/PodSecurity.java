package dev.percpu.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.percpu.deploy.Manifests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A check of the pod security standard "restricted", in the version of Kubernetes 1.34. Stateless.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/">Pod security standards</a>
 */
final class PodSecurity {

    private static final Set<String> VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");
    private static final Set<String> SYSCTLS = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes");

    private PodSecurity() {}

    /** Returns what an admission controller would reject; empty if all pods are restricted. */
    static List<String> findings(Manifests manifests) {
        List<String> findings = new ArrayList<>();
        for (JsonNode object : manifests.objects()) {
            JsonNode pod =
                    object.path("kind").asText().equals("Pod") ? object.path("spec") : object.at("/spec/template/spec");
            if (!pod.isMissingNode()) {
                checkPod(pod, findings);
            }
        }
        return findings;
    }

    private static void checkPod(JsonNode pod, List<String> findings) {
        for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
            require(!pod.path(host).asBoolean(), host + " must not be true", findings);
        }
        for (JsonNode volume : pod.path("volumes")) {
            volume.fieldNames().forEachRemaining(type -> {
                if (!type.equals("name")) {
                    require(VOLUMES.contains(type), "the volume type " + type + " is not allowed", findings);
                }
            });
        }
        JsonNode context = pod.path("securityContext");
        for (JsonNode sysctl : context.path("sysctls")) {
            String name = sysctl.path("name").asText();
            require(SYSCTLS.contains(name), "the sysctl " + name + " is not allowed", findings);
        }
        checkContext(context, "the pod", findings);
        Stream.of("containers", "initContainers", "ephemeralContainers")
                .forEach(kind -> pod.path(kind).forEach(container -> checkContainer(container, context, findings)));
    }

    private static void checkContainer(JsonNode container, JsonNode pod, List<String> findings) {
        String name = "container " + container.path("name").asText();
        JsonNode context = container.path("securityContext");
        checkContext(context, name, findings);
        require(
                context.path("allowPrivilegeEscalation").isBoolean()
                        && !context.path("allowPrivilegeEscalation").asBoolean(),
                name + ": allowPrivilegeEscalation must be false",
                findings);
        require(!context.path("privileged").asBoolean(), name + ": privileged must not be true", findings);
        require(
                List.of("", "Default").contains(context.path("procMount").asText()),
                name + ": procMount must be Default",
                findings);
        require(
                texts(context.at("/capabilities/drop")).contains("ALL"),
                name + ": capabilities.drop must have ALL",
                findings);
        require(
                List.of("NET_BIND_SERVICE").containsAll(texts(context.at("/capabilities/add"))),
                name + ": capabilities.add must be NET_BIND_SERVICE alone",
                findings);
        require(first(context, pod, "/runAsNonRoot").asBoolean(), name + ": runAsNonRoot must be true", findings);
        require(
                List.of("RuntimeDefault", "Localhost")
                        .contains(first(context, pod, "/seccompProfile/type").asText()),
                name + ": seccompProfile must be RuntimeDefault or Localhost",
                findings);
        for (JsonNode port : container.path("ports")) {
            require(port.path("hostPort").asInt() == 0, name + ": hostPort must not be set", findings);
        }
        for (JsonNode host : container.findValues("host")) {
            require(host.asText().isEmpty(), name + ": host of a probe or hook must not be set", findings);
        }
    }

    /** Checks what pods and containers have in common. */
    private static void checkContext(JsonNode context, String name, List<String> findings) {
        require(
                context.path("runAsUser").isMissingNode()
                        || context.path("runAsUser").asLong() != 0,
                name + ": runAsUser must not be 0",
                findings);
        require(
                List.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
                                .contains(context.at("/seLinuxOptions/type").asText())
                        && context.at("/seLinuxOptions/user").asText().isEmpty()
                        && context.at("/seLinuxOptions/role").asText().isEmpty(),
                name + ": seLinuxOptions must be the default",
                findings);
        require(
                List.of("", "RuntimeDefault", "Localhost")
                        .contains(context.at("/appArmorProfile/type").asText()),
                name + ": appArmorProfile must be RuntimeDefault or Localhost",
                findings);
        require(
                !context.at("/windowsOptions/hostProcess").asBoolean(),
                name + ": windowsOptions.hostProcess must not be true",
                findings);
    }

    /** Returns the value of the container, or else of the pod. */
    private static JsonNode first(JsonNode container, JsonNode pod, String path) {
        return container.at(path).isMissingNode() ? pod.at(path) : container.at(path);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static void require(boolean condition, String finding, List<String> findings) {
        if (!condition) {
            findings.add(finding);
        }
    }
}
