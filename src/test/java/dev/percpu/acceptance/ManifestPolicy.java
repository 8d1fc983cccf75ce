package dev.percpu.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.percpu.deploy.Manifests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What this project requires of its manifests beyond the restricted profile: that they fit together, and least access. Stateless. */
final class ManifestPolicy {

    /** As {@code deploy/java-options} sets it. */
    private static final double HEAP_SHARE = 0.5;

    /** What the process needs besides the heap under attack: 220 MB. */
    private static final int OUTSIDE_HEAP_MIB = 210;

    private final Manifests manifests;
    private final List<String> findings = new ArrayList<>();

    private ManifestPolicy(Manifests manifests) {
        this.manifests = manifests;
    }

    /** Returns what breaks the policy; empty if nothing does. */
    static List<String> findings(Manifests manifests) {
        ManifestPolicy policy = new ManifestPolicy(manifests);
        policy.workloads().forEach(policy::checkWorkload);
        policy.checkSelectors();
        policy.checkMonitors();
        manifests.objects().forEach(policy::checkObject);
        return policy.findings;
    }

    private Stream<JsonNode> workloads() {
        return Stream.of("Deployment", "DaemonSet").flatMap(kind -> manifests.all(kind).stream());
    }

    private void checkObject(JsonNode object) {
        String kind = object.path("kind").asText();
        require(!kind.equals("Secret"), "no object may be a Secret");
        for (String label : List.of("app.kubernetes.io/name", "app.kubernetes.io/part-of")) {
            require(object.at("/metadata/labels").has(label), kind + ": the label " + label + " is missing");
        }
        if (kind.equals("ServiceAccount")) {
            requireFalse(object, "/automountServiceAccountToken", kind);
        }
        if (kind.equals("Namespace")) {
            require(
                    object.at("/metadata/labels/pod-security.kubernetes.io~1enforce")
                            .asText()
                            .equals("restricted"),
                    "Namespace: must enforce the restricted profile");
        }
    }

    private void checkWorkload(JsonNode workload) {
        String kind = workload.path("kind").asText();
        JsonNode pod = workload.at("/spec/template/spec");
        requireFalse(pod, "/automountServiceAccountToken", kind);
        requireFalse(pod, "/enableServiceLinks", kind);
        require(
                names("ServiceAccount").contains(pod.path("serviceAccountName").asText()),
                kind + ": serviceAccountName must be a ServiceAccount of these manifests");
        require(pod.path("volumes").isEmpty(), kind + ": the service needs no volume");
        JsonNode settings = settings(pod).path("data");
        Duration end = seconds(settings, "QUARKUS_SHUTDOWN_DELAY").plus(seconds(settings, "QUARKUS_SHUTDOWN_TIMEOUT"));
        require(
                pod.path("terminationGracePeriodSeconds").asLong() > end.toSeconds(),
                kind + ": terminationGracePeriodSeconds must be more than a graceful end takes: " + end);
        pod.path("containers").forEach(container -> checkContainer(kind, container));
        if (kind.equals("DaemonSet")) {
            require(
                    pod.at("/tolerations/0/operator").asText().equals("Exists")
                            && pod.at("/tolerations/0").size() == 1,
                    kind + ": must tolerate each taint");
        } else {
            require(!manifests.all("PodDisruptionBudget").isEmpty(), kind + ": a PodDisruptionBudget is missing");
            require(!pod.path("topologySpreadConstraints").isEmpty(), kind + ": the topology spread is missing");
        }
    }

    private void checkContainer(String kind, JsonNode container) {
        require(
                container.at("/securityContext/readOnlyRootFilesystem").asBoolean(),
                kind + ": readOnlyRootFilesystem must be true");
        for (String resource : List.of("/requests/cpu", "/requests/memory", "/limits/memory")) {
            require(
                    !container.path("resources").at(resource).isMissingNode(),
                    kind + ": resources" + resource + " is missing");
        }
        String limit = container.at("/resources/limits/memory").asText();
        require(
                limit.endsWith("Mi")
                        && Integer.parseInt(limit.replace("Mi", "")) * (1 - HEAP_SHARE) >= OUTSIDE_HEAP_MIB,
                kind + ": resources/limits/memory must hold the heap and " + OUTSIDE_HEAP_MIB + " MiB");
        for (String probe : List.of("startup", "liveness", "readiness")) {
            require(
                    container.at("/" + probe + "Probe/httpGet/port").asText().equals("management"),
                    kind + ": the " + probe + " probe must be on the management port");
        }
    }

    /** Returns the ConfigMap that the environment of the container comes from. */
    private JsonNode settings(JsonNode pod) {
        JsonNode name = pod.at("/containers/0/envFrom/0/configMapRef/name");
        List<JsonNode> found = manifests.all("ConfigMap").stream()
                .filter(map -> map.at("/metadata/name").equals(name))
                .toList();
        require(found.size() == 1, "envFrom must be a ConfigMap of these manifests");
        return found.isEmpty() ? MissingNode.getInstance() : found.getFirst();
    }

    /** Checks that each selector selects the pods of one workload, and that policies protect the port of each workload. */
    private void checkSelectors() {
        for (String[] selecting : new String[][] {
            {"Deployment", "/spec/selector/matchLabels"},
            {"DaemonSet", "/spec/selector/matchLabels"},
            {"Service", "/spec/selector"},
            {"PodDisruptionBudget", "/spec/selector/matchLabels"},
            {"NetworkPolicy", "/spec/podSelector/matchLabels"}
        }) {
            for (JsonNode object : manifests.all(selecting[0])) {
                require(
                        selects(object.at(selecting[1]), "/spec/template/metadata/labels", workloads()) == 1,
                        selecting[0] + ": must select the pods of one workload");
            }
        }
        workloads()
                .forEach(workload -> require(
                        manifests.all("NetworkPolicy").stream().anyMatch(policy -> protects(policy, workload)),
                        workload.path("kind").asText() + ": a NetworkPolicy must protect the ports"));
    }

    /**
     * Returns whether a policy allows no egress, and the namespace of the monitoring alone to reach the management port. A DaemonSet has no
     * clients: there the same holds for all ports.
     */
    private static boolean protects(JsonNode policy, JsonNode workload) {
        JsonNode spec = policy.path("spec");
        boolean closed = spec.path("policyTypes").size() == 2
                && !spec.has("egress")
                && !spec.path("ingress").isEmpty();
        for (JsonNode rule : spec.path("ingress")) {
            boolean restricted = workload.path("kind").asText().equals("DaemonSet")
                    || rule.path("ports").isEmpty();
            for (JsonNode port : rule.path("ports")) {
                restricted |= !port.path("port").asText().equals("http");
            }
            if (restricted) {
                JsonNode from = rule.path("from");
                closed &= from.size() == 1
                        && from.at("/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name")
                                .asText()
                                .equals("monitoring");
            }
        }
        return closed
                && selects(spec.at("/podSelector/matchLabels"), "/spec/template/metadata/labels", Stream.of(workload))
                        == 1;
    }

    /** Checks that ServiceMonitors select Services, and that all monitors have a port and limits. */
    private void checkMonitors() {
        for (JsonNode monitor : manifests.all("ServiceMonitor")) {
            require(
                    selects(
                                    monitor.at("/spec/selector/matchLabels"),
                                    "/metadata/labels",
                                    manifests.all("Service").stream())
                            == 1,
                    "ServiceMonitor: must select one Service");
            require(
                    manifests.all("Service").stream()
                            .filter(service -> service.at("/metadata/labels").has("app.kubernetes.io/component"))
                            .allMatch(service ->
                                    service.at("/spec/publishNotReadyAddresses").asBoolean()),
                    "Service: without publishNotReadyAddresses, pods that end are not scraped");
            checkMonitor(monitor, "endpoints");
        }
        manifests.all("PodMonitor").forEach(monitor -> checkMonitor(monitor, "podMetricsEndpoints"));
    }

    private void checkMonitor(JsonNode monitor, String endpoints) {
        String kind = monitor.path("kind").asText();
        require(!monitor.at("/spec/" + endpoints).isEmpty(), kind + ": " + endpoints + " are missing");
        for (JsonNode endpoint : monitor.at("/spec/" + endpoints)) {
            require(endpoint.path("port").asText().equals("management"), kind + ": port must be management");
        }
        for (String limit : List.of("sampleLimit", "labelLimit", "labelValueLengthLimit", "bodySizeLimit")) {
            require(monitor.path("spec").has(limit), kind + ": " + limit + " is missing");
        }
    }

    private static long selects(JsonNode selector, String labels, Stream<JsonNode> objects) {
        return selector.isEmpty()
                ? 0
                : objects.filter(object -> selector.properties().stream()
                                .allMatch(label ->
                                        object.at(labels).path(label.getKey()).equals(label.getValue())))
                        .count();
    }

    private List<String> names(String kind) {
        return manifests.all(kind).stream()
                .map(object -> object.at("/metadata/name").asText())
                .toList();
    }

    /** Returns a duration such as 30S; a day if it is missing. */
    private static Duration seconds(JsonNode settings, String key) {
        return settings.has(key) ? Duration.parse("PT" + settings.path(key).asText()) : Duration.ofDays(1);
    }

    private void requireFalse(JsonNode object, String path, String kind) {
        require(object.at(path).isBoolean() && !object.at(path).asBoolean(), kind + ": " + path + " must be false");
    }

    private void require(boolean condition, String finding) {
        if (!condition) {
            findings.add(finding);
        }
    }
}
