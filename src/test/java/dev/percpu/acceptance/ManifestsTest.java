package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.deploy.Kubectl;
import dev.percpu.deploy.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Renders the kustomizations and validates the objects: by the models of two Kubernetes clients, by the restricted profile, and by this
 * project's policy. Then breaks the manifests in many ways, each of which must be found.
 */
@Tag("acceptance")
@Timeout(120)
class ManifestsTest {

    private static final Path TOP =
            Path.of(System.getProperty("test.basedir", ".")).toAbsolutePath();

    private static final Map<Overlay, Manifests> RENDERED = new EnumMap<>(Overlay.class);

    @TempDir
    private Path directory;

    enum Overlay {
        BASE("base"),
        PLAIN_PROMETHEUS("overlays/plain-prometheus"),
        PROMETHEUS_OPERATOR("overlays/prometheus-operator"),
        NODE_STATUS("overlays/node-status"),
        NODE_AGGREGATOR("overlays/node-aggregator"),
        STATSD_SIDECAR("overlays/statsd-sidecar"),
        EXAMPLE("overlays/example"),
        GRAFANA("grafana");

        private final String path;

        Overlay(String path) {
            this.path = path;
        }
    }

    /**
     * A change that makes the manifests wrong.
     *
     * @param from what is replaced, as a regular expression
     * @param finding a part of the expected finding
     */
    record Break(Overlay overlay, String from, String to, String finding) {}

    private static final List<Break> BREAKS = List.of(
            // Unknown fields, wrong types, missing fields.
            new Break(Overlay.BASE, "runAsNonRoot:", "runAsNonRot:", "unknown fields [runAsNonRot]"),
            new Break(Overlay.BASE, "maxUnavailable: 1", "maxUnavailabel: 1", "unknown fields [maxUnavailabel]"),
            new Break(Overlay.BASE, "unhealthyPodEvictionPolicy", "unhealthyPodEviction", "unknown fields"),
            new Break(Overlay.BASE, "namespaceSelector", "nameSpaceSelector", "unknown fields [nameSpaceSelector]"),
            new Break(Overlay.BASE, "clusterIP: None", "clusterIp: None", "unknown fields [clusterIp]"),
            new Break(Overlay.BASE, "containerPort: 8080", "containerPort: '8080'", "must be of type NUMBER"),
            new Break(Overlay.BASE, "replicas: 2", "replicas: two", "Cannot deserialize"),
            new Break(Overlay.BASE, "PAGE_REQUESTS: \"false\"", "PAGE_REQUESTS: false", "must be of type STRING"),
            new Break(Overlay.BASE, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: 'true'", "BOOLEAN"),
            new Break(Overlay.BASE, "policy/v1", "policy/v1beta3", "unknown apiVersion or kind"),
            new Break(Overlay.BASE, "        name: service\n", "", "required field `name` is not found"),
            new Break(Overlay.BASE, "    port: 9000\n", "", "required field `port` is not found"),
            new Break(Overlay.BASE, "maxSkew: 1", "minDomains: 1", "required field `maxSkew` is not found"),
            new Break(Overlay.PROMETHEUS_OPERATOR, "bodySizeLimit", "bodyLimit", "unknown fields [bodyLimit]"),
            new Break(Overlay.PROMETHEUS_OPERATOR, "sampleLimit: 50000", "sampleLimit: many", "Cannot deserialize"),
            new Break(
                    Overlay.PROMETHEUS_OPERATOR,
                    "  - alert: PercpuMetricsDown",
                    "  - alrt: x",
                    "unknown fields [alrt]"),
            new Break(Overlay.PROMETHEUS_OPERATOR, "metricRelabelings", "metricRelabeling", "unknown fields"),
            new Break(Overlay.NODE_STATUS, "updateStrategy", "strategy", "unknown fields [strategy]"),
            new Break(Overlay.NODE_STATUS, "operator: Exists", "operater: Exists", "unknown fields [operater]"),
            // The restricted profile.
            new Break(Overlay.BASE, "runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot must be true"),
            new Break(Overlay.BASE, "runAsUser: 1001", "runAsUser: 0", "runAsUser must not be 0"),
            new Break(Overlay.BASE, "type: RuntimeDefault", "type: Unconfined", "seccompProfile must be"),
            new Break(Overlay.BASE, " +seccompProfile:\n +type: RuntimeDefault\n", "", "seccompProfile must be"),
            new Break(
                    Overlay.BASE, " +allowPrivilegeEscalation: false\n", "", "allowPrivilegeEscalation must be false"),
            new Break(
                    Overlay.BASE,
                    " +drop:\n +- ALL\n",
                    "            add: [SYS_PTRACE]\n",
                    "capabilities.drop must have ALL"),
            new Break(
                    Overlay.BASE, "capabilities:", "capabilities:\n            add: [SYS_PTRACE]", "capabilities.add"),
            new Break(Overlay.BASE, "    spec:\n", "    spec:\n      hostPID: true\n", "hostPID must not be true"),
            new Break(
                    Overlay.NODE_STATUS, "    spec:\n", "    spec:\n      hostNetwork: true\n", "hostNetwork must not"),
            new Break(
                    Overlay.NODE_STATUS,
                    "    spec:\n",
                    "    spec:\n      volumes: [{name: sys, hostPath: {path: /sys}}]\n",
                    "volume type hostPath"),
            new Break(
                    Overlay.NODE_STATUS,
                    "containerPort: 9000",
                    "containerPort: 9000\n          hostPort: 9000",
                    "hostPort"),
            new Break(
                    Overlay.NODE_STATUS,
                    "path: /q/health/live",
                    "host: 10.0.0.1\n            path: /live",
                    "host of a probe"),
            new Break(
                    Overlay.EXAMPLE, "enforce: restricted", "enforce: baseline", "must enforce the restricted profile"),
            // The DaemonSet would count as a replica of the Deployment.
            new Break(Overlay.EXAMPLE, "percpu-metrics-node-status", "percpu-metrics", "Deployment: must select"),
            new Break(Overlay.PROMETHEUS_OPERATOR, " +publishNotReadyAddresses: true\n", "", "without publishNotReady"),
            // This project's policy.
            new Break(Overlay.BASE, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRoot"),
            new Break(Overlay.BASE, " +enableServiceLinks: false\n", "", "enableServiceLinks must be false"),
            new Break(
                    Overlay.BASE,
                    "(?m)^automountServiceAccountToken: false\n",
                    "",
                    "automountServiceAccountToken must"),
            new Break(
                    Overlay.BASE,
                    "serviceAccountName: percpu-metrics",
                    "serviceAccountName: default",
                    "serviceAccountName"),
            new Break(
                    Overlay.BASE, "GracePeriodSeconds: 60", "GracePeriodSeconds: 40", "terminationGracePeriodSeconds"),
            new Break(Overlay.BASE, " +QUARKUS_SHUTDOWN_DELAY: 30S\n", "", "terminationGracePeriodSeconds"),
            new Break(Overlay.BASE, "            cpu: 250m\n", "", "requests/cpu is missing"),
            new Break(Overlay.NODE_STATUS, "memory: 512Mi", "memory: 384Mi", "must hold the heap"),
            new Break(
                    Overlay.NODE_STATUS,
                    "  - from:\n(.*\n){3}    ports:\n    - port: http",
                    "  - ports:\n    - port: http",
                    "DaemonSet: a NetworkPolicy must protect the ports"),
            new Break(Overlay.BASE, "(health/live\n +)port: management", "$1port: http", "the liveness probe must be"),
            new Break(
                    Overlay.BASE,
                    "  podSelector:\n    matchLabels:\n.*\n",
                    "  podSelector: {}\n",
                    "NetworkPolicy: must select"),
            new Break(Overlay.BASE, "metadata.name: monitoring", "metadata.name: default", "must protect the ports"),
            new Break(Overlay.BASE, "    - port: http", "    - port: management", "must protect the ports"),
            new Break(
                    Overlay.BASE,
                    "(?s)kind: PodDisruptionBudget(.*)",
                    "kind: Gone$1",
                    "PodDisruptionBudget is missing"),
            new Break(
                    Overlay.BASE,
                    "configMapRef:\n +name: .*\n",
                    "configMapRef: {name: x}\n",
                    "envFrom must be a ConfigMap"),
            new Break(
                    Overlay.PROMETHEUS_OPERATOR,
                    "(?m)^    app.kubernetes.io/component: management",
                    "    app.kubernetes.io/component: other",
                    "must select one Service"),
            new Break(Overlay.PROMETHEUS_OPERATOR, "  labelLimit: 30\n", "", "labelLimit is missing"),
            new Break(Overlay.PROMETHEUS_OPERATOR, "port: management\n", "port: metrics\n", "port must be management"),
            new Break(
                    Overlay.NODE_STATUS,
                    "operator: Exists",
                    "key: a\n        operator: Exists",
                    "must tolerate each taint"),
            new Break(
                    Overlay.NODE_STATUS,
                    "(?s)(matchLabels:\n +app.kubernetes.io/name: percpu-metrics)-node-status(\n +template)",
                    "$1$2",
                    "DaemonSet: must select"),
            // The receivers of StatsD.
            new Break(
                    Overlay.NODE_AGGREGATOR,
                    "internalTrafficPolicy: Local",
                    "internalTrafficPolicy: Cluster",
                    "a Service with internalTrafficPolicy Local"),
            new Break(Overlay.NODE_AGGREGATOR, "internalTrafficPolicy", "internalTraffic", "unknown fields"),
            new Break(Overlay.NODE_AGGREGATOR, "0.0.0.0:8125", "0.0.0.0:8126", "the UDP port statsd must be"),
            new Break(
                    Overlay.NODE_AGGREGATOR,
                    "name: statsd\n          protocol: UDP",
                    "name: statsd",
                    "the UDP port statsd must be"),
            new Break(
                    Overlay.NODE_AGGREGATOR,
                    "containerPort: 8125",
                    "containerPort: 8125\n          hostPort: 8125",
                    "hostPort"),
            new Break(
                    Overlay.NODE_AGGREGATOR,
                    "  - from:\n    - namespaceSelector: \\{}\n",
                    "  - from: []\n",
                    "DaemonSet: a NetworkPolicy must protect the ports"),
            new Break(
                    Overlay.NODE_AGGREGATOR,
                    "namespaceSelector: \\{}",
                    "ipBlock: {cidr: 0.0.0.0/0}",
                    "DaemonSet: a NetworkPolicy must protect the ports"),
            new Break(Overlay.NODE_AGGREGATOR, "maxUnavailable: 0", "maxUnavailable: 1", "without a receiver"),
            new Break(Overlay.NODE_AGGREGATOR, " +QUARKUS_SHUTDOWN_DELAY: 30S\n", "", "terminationGracePeriodSeconds"),
            new Break(
                    Overlay.NODE_AGGREGATOR,
                    "    spec:\n",
                    "    spec:\n      volumes: [{name: s, emptyDir: {}}]\n",
                    "needs no volume"),
            new Break(
                    Overlay.STATSD_SIDECAR,
                    "emptyDir:\n +medium: Memory\n +sizeLimit: 1Mi",
                    "hostPath: {path: /run/statsd}",
                    "volume type hostPath"),
            new Break(Overlay.STATSD_SIDECAR, " +sizeLimit: 1Mi\n", "", "an emptyDir with a limit"),
            new Break(Overlay.STATSD_SIDECAR, "restartPolicy: Always", "restartPolicy: Never", "must be a sidecar"),
            new Break(Overlay.STATSD_SIDECAR, "restartPolicy", "restartPolice", "unknown fields"),
            new Break(Overlay.STATSD_SIDECAR, " +fsGroup: 1001\n", "", "fsGroup must"),
            new Break(Overlay.STATSD_SIDECAR, "unix:///run", "unix:///var", "must have the same socket"),
            new Break(
                    Overlay.STATSD_SIDECAR,
                    "STATSD_SOCKET: /run/statsd/",
                    "STATSD_SOCKET: /tmp/",
                    "must be in the volume"),
            new Break(Overlay.STATSD_SIDECAR, " +QUARKUS_HTTP_PORT: .*\n", "", "must leave port 8080"),
            new Break(
                    Overlay.STATSD_SIDECAR,
                    "metadata.name: monitoring",
                    "metadata.name: default",
                    "Pod: a NetworkPolicy must protect"),
            new Break(
                    Overlay.STATSD_SIDECAR,
                    "path: /q/health/ready",
                    "path: /q/health/started",
                    "when the socket is there"));

    @BeforeAll
    static void renderAll() throws IOException, InterruptedException {
        for (Overlay overlay : Overlay.values()) {
            RENDERED.put(overlay, render(overlay.path));
        }
    }

    /** Renders a kustomization below {@code deploy}, by the kubectl of this machine or of Debian 13. */
    static Manifests render(String path) throws IOException, InterruptedException {
        Kubectl kubectl = Kubectl.installed().orElse(null);
        if (kubectl == null) {
            kubectl = new Kubectl(Testbeds.program("trixie", "kubectl").toString());
        }
        return kubectl.render(TOP.resolve("deploy").resolve(path));
    }

    @Test
    void shouldBeValidObjects() throws IOException, InterruptedException {
        List<String> texts = RENDERED.values().stream().map(Manifests::yaml).toList();

        assertThat(validate(texts))
                .hasSize(Overlay.values().length)
                .allSatisfy((file, findings) -> assertThat(findings).isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void shouldMeetTheRestrictedProfile(Overlay overlay) {
        assertThat(PodSecurity.findings(RENDERED.get(overlay))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldMeetThePolicy(Overlay overlay) {
        assertThat(ManifestPolicy.findings(RENDERED.get(overlay))).isEmpty();
    }

    @Test
    void shouldLinkEachAlertToTheDocumentsThatTheOverlayNames() {
        assertThat(RENDERED.get(Overlay.EXAMPLE).only("PrometheusRule").findValuesAsText("runbook_url"))
                .hasSize(RENDERED.get(Overlay.PROMETHEUS_OPERATOR)
                        .only("PrometheusRule")
                        .findValues("alert")
                        .size())
                .allSatisfy(link ->
                        assertThat(link).matches("https://docs\\.example/percpu-metrics/kubernetes\\.md#percpu[a-z]+"));
        assertThat(RENDERED.get(Overlay.EXAMPLE).yaml()).doesNotContain("name: documents");
    }

    /** With the change to the example that {@code kubernetes.md} names. */
    @Test
    void shouldRenderTheExampleWithoutTheOperator() throws IOException, InterruptedException {
        Path example = TOP.resolve("deploy/overlays/example");
        String overlays = directory
                .toRealPath()
                .relativize(example.getParent().toRealPath())
                .toString();
        Files.copy(example.resolve("namespace.yaml"), directory.resolve("namespace.yaml"));
        Files.writeString(
                directory.resolve("kustomization.yaml"),
                Files.readString(example.resolve("kustomization.yaml"))
                        .replace("../prometheus-operator", overlays + "/plain-prometheus")
                        .replace("../node-status", overlays + "/node-status"));

        Manifests manifests = render(directory.toString());

        assertThat(manifests.objects())
                .extracting(object -> object.path("kind").asText())
                .contains("Deployment", "DaemonSet")
                .doesNotContain("PrometheusRule", "ServiceMonitor", "PodMonitor");
        assertThat(ManifestPolicy.findings(manifests)).isEmpty();
    }

    @Test
    void shouldFindEachBreak() throws IOException, InterruptedException {
        List<String> broken = new ArrayList<>();
        for (Break one : BREAKS) {
            String yaml = RENDERED.get(one.overlay).yaml();
            String changed = Pattern.compile(one.from).matcher(yaml).replaceAll(one.to);
            assertThat(changed).as("%s changes something", one).isNotEqualTo(yaml);
            broken.add(changed);
        }
        Map<Integer, List<String>> validated = validate(broken);

        SoftAssertions.assertSoftly(softly -> {
            for (int i = 0; i < broken.size(); i++) {
                Break one = BREAKS.get(i);
                List<String> findings = new ArrayList<>(validated.getOrDefault(i, List.of()));
                findings.addAll(findings(broken.get(i)));
                softly.assertThat(findings).as("%s", one).anyMatch(finding -> finding.contains(one.finding));
            }
        });
    }

    private static List<String> findings(String yaml) {
        try {
            Manifests manifests = Manifests.parse(yaml);
            return Stream.concat(PodSecurity.findings(manifests).stream(), ManifestPolicy.findings(manifests).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code src/test/kubernetes/ManifestCheck.java} and returns its findings by the index of the text. */
    private Map<Integer, List<String>> validate(List<String> texts) throws IOException, InterruptedException {
        Path libraries = TOP.resolve("target/kubernetes");
        assertThat(libraries).as("libraries, which make acceptance copies").isNotEmptyDirectory();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                libraries + "/*",
                TOP.resolve("src/test/kubernetes/ManifestCheck.java").toString()));
        Map<Integer, List<String>> findings = new TreeMap<>();
        for (int i = 0; i < texts.size(); i++) {
            command.add(Files.writeString(directory.resolve(i + ".yaml"), texts.get(i))
                    .toString());
            findings.put(i, new ArrayList<>());
        }
        Path errors = directory.resolve("errors.txt");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(() -> "exit code: " + read(errors)).isZero();
        output.lines().forEach(line -> {
            String[] parts = line.split(": ", 2);
            String file = Path.of(parts[0]).getFileName().toString();
            findings.get(Integer.valueOf(file.replace(".yaml", ""))).add(parts[1]);
        });
        return findings;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
