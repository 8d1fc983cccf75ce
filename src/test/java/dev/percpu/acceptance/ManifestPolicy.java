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
        manifests.all("Pod").forEach(policy::checkSidecar);
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
        JsonNode settings = settings(pod.path("containers")).path("data");
        Duration end = seconds(settings, "QUARKUS_SHUTDOWN_DELAY").plus(seconds(settings, "QUARKUS_SHUTDOWN_TIMEOUT"));
        require(
                pod.path("terminationGracePeriodSeconds").asLong() > end.toSeconds(),
                kind + ": terminationGracePeriodSeconds must be more than a graceful end takes: " + end);
        pod.path("containers").forEach(container -> checkContainer(kind, container));
        checkReceiver(kind, workload, settings);
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

    /** Checks that a workload that receives StatsD has its port, and a Service that keeps packets on the node. */
    private void checkReceiver(String kind, JsonNode workload, JsonNode settings) {
        String address = settings.path("PERCPU_INGEST_STATSD_ADDRESS").asText();
        if (address.isEmpty()) {
            return;
        }
        boolean hasPort = false;
        for (JsonNode port : workload.at("/spec/template/spec/containers/0/ports")) {
            hasPort |= port.path("protocol").asText().equals("UDP")
                    && port.path("name").asText().equals("statsd")
                    && address.endsWith(":" + port.path("containerPort").asText());
        }
        require(hasPort, kind + ": the UDP port statsd must be that of PERCPU_INGEST_STATSD_ADDRESS");
        require(
                manifests.all("Service").stream()
                        .filter(service ->
                                service.at("/spec/ports/0/protocol").asText().equals("UDP"))
                        .anyMatch(service -> service.at("/spec/internalTrafficPolicy")
                                        .asText()
                                        .equals("Local")
                                && service.at("/spec/ports/0/targetPort")
                                        .asText()
                                        .equals("statsd")),
                kind + ": a Service with internalTrafficPolicy Local must have the port statsd");
        require(
                workload.at("/spec/updateStrategy/rollingUpdate/maxUnavailable")
                        .asText("1")
                        .equals("0"),
                kind + ": an update must leave no node without a receiver");
    }

    /** Checks an application's pod with the service as a sidecar, which share the socket and nothing else. */
    private void checkSidecar(JsonNode object) {
        JsonNode pod = object.path("spec");
        JsonNode sidecar = pod.at("/initContainers/0");
        JsonNode application = pod.at("/containers/0");
        requireFalse(pod, "/automountServiceAccountToken", "Pod");
        requireFalse(pod, "/enableServiceLinks", "Pod");
        require(
                sidecar.path("restartPolicy").asText().equals("Always"),
                "Pod: the service must be a sidecar, which ends after the application");
        require(
                sidecar.at("/startupProbe/httpGet/path").asText().equals("/q/health/ready"),
                "Pod: the application must start when the socket is there");
        checkContainer("Pod", sidecar);
        JsonNode settings = settings(pod.path("initContainers")).path("data");
        String socket = settings.path("PERCPU_INGEST_STATSD_SOCKET").asText();
        JsonNode mount = sidecar.at("/volumeMounts/0");
        require(
                !mount.path("mountPath").asText().isEmpty()
                        && socket.startsWith(mount.path("mountPath").asText() + "/"),
                "Pod: PERCPU_INGEST_STATSD_SOCKET must be in the volume");
        require(
                application.path("volumeMounts").equals(sidecar.path("volumeMounts"))
                        && application.at("/env/0/value").asText().equals("unix://" + socket),
                "Pod: both containers must have the same socket");
        require(
                pod.path("volumes").size() == 1
                        && pod.at("/volumes/0/name").equals(mount.path("name"))
                        && pod.at("/volumes/0/emptyDir/sizeLimit").isTextual(),
                "Pod: the only volume must be an emptyDir with a limit");
        require(pod.at("/securityContext/fsGroup").asInt() > 0, "Pod: fsGroup must let the application use the socket");
        require(
                !settings.path("QUARKUS_HTTP_PORT").asText("8080").equals("8080"),
                "Pod: QUARKUS_HTTP_PORT must leave port 8080 to the application");
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
    private JsonNode settings(JsonNode containers) {
        JsonNode name = containers.at("/0/envFrom/0/configMapRef/name");
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
                        selects(object.at(selecting[1]), "/spec/template/metadata/labels", workloads())
                                        + selects(
                                                object.at(selecting[1]),
                                                "/metadata/labels",
                                                manifests.all("Pod").stream())
                                == 1,
                        selecting[0] + ": must select the pods of one workload");
            }
        }
        Stream.concat(workloads(), manifests.all("Pod").stream())
                .forEach(workload -> require(
                        manifests.all("NetworkPolicy").stream().anyMatch(policy -> protects(policy, workload)),
                        workload.path("kind").asText() + ": a NetworkPolicy must protect the ports"));
    }

    /**
     * Returns whether a policy allows no egress, and the namespace of the monitoring alone to reach the management port. Only a Deployment has
     * clients of HTTP: elsewhere the same holds for all TCP ports. StatsD is for all pods of the cluster, but for no address outside.
     */
    private static boolean protects(JsonNode policy, JsonNode workload) {
        JsonNode spec = policy.path("spec");
        boolean closed = spec.path("policyTypes").size() == 2
                && !spec.has("egress")
                && !spec.path("ingress").isEmpty();
        for (JsonNode rule : spec.path("ingress")) {
            if (isStatsd(rule)) {
                closed &= rule.path("from").size() == 1
                        && rule.at("/from/0/namespaceSelector").isObject();
                continue;
            }
            boolean restricted = !workload.path("kind").asText().equals("Deployment")
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
        String labels =
                workload.path("kind").asText().equals("Pod") ? "/metadata/labels" : "/spec/template/metadata/labels";
        return closed && selects(spec.at("/podSelector/matchLabels"), labels, Stream.of(workload)) == 1;
    }

    private static boolean isStatsd(JsonNode rule) {
        return rule.path("ports").size() == 1
                && rule.at("/ports/0/port").asText().equals("statsd")
                && rule.at("/ports/0/protocol").asText().equals("UDP");
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
