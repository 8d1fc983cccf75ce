package dev.percpu.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeployTest {

    private static final Path TOP = Path.of(System.getProperty("test.basedir", ""));
    private static final Path BASE = TOP.resolve("deploy/base");

    private static final Properties SETTINGS = new Properties();

    @BeforeAll
    static void readSettings() throws IOException {
        try (Reader reader = Files.newBufferedReader(TOP.resolve("src/main/resources/application.properties"))) {
            SETTINGS.load(reader);
        }
    }

    @Test
    void shouldOpenThePortsOfTheService() throws IOException, InterruptedException {
        JsonNode container = container(render());

        assertThat(port(container, "http")).isEqualTo(setting("quarkus.http.port"));
        assertThat(port(container, "management")).isEqualTo(setting("quarkus.management.port"));
    }

    @Test
    void shouldBindAllInterfacesInContainersOnly() throws IOException, InterruptedException {
        for (String key : List.of("quarkus.http.host", "quarkus.management.host")) {
            String variable = key.toUpperCase(Locale.ROOT).replace('.', '_');

            assertThat(setting(key)).as(key).isEqualTo("127.0.0.1");
            assertThat(dockerfile()).containsPattern("(?m)^ENV (.* )?" + variable + "=0\\.0\\.0\\.0( |$)");
            assertThat(render().only("ConfigMap").at("/data/" + variable).asText())
                    .isEqualTo("0.0.0.0");
        }
    }

    @Test
    void shouldDefineAServiceForEachPort() throws IOException, InterruptedException {
        Manifests manifests = render();
        JsonNode podLabels = manifests.only("Deployment").at("/spec/template/metadata/labels");

        assertThat(manifests.all("Service"))
                .hasSize(2)
                .allSatisfy(service -> {
                    JsonNode port = service.at("/spec/ports/0");
                    assertThat(port.path("port").asText())
                            .isEqualTo(port(
                                    container(manifests),
                                    port.path("targetPort").asText()));
                    assertThat(service.at("/spec/selector")).isNotEmpty();
                    service.at("/spec/selector")
                            .properties()
                            .forEach(label ->
                                    assertThat(podLabels.path(label.getKey())).isEqualTo(label.getValue()));
                })
                .extracting(service -> service.at("/spec/ports/0/port").asText())
                .containsExactlyInAnyOrder(setting("quarkus.http.port"), setting("quarkus.management.port"));
    }

    @Test
    void shouldProbeHealthOnTheManagementPort() throws IOException, InterruptedException {
        JsonNode container = container(render());

        assertProbe(container, "startupProbe", "/q/health/started");
        assertProbe(container, "livenessProbe", "/q/health/live");
        assertProbe(container, "readinessProbe", "/q/health/ready");
    }

    @Test
    void shouldReadTheSettingsOfTheConfigMap() throws IOException, InterruptedException {
        Manifests manifests = render();

        assertThat(container(manifests).at("/envFrom/0/configMapRef/name"))
                .isEqualTo(manifests.only("ConfigMap").at("/metadata/name"));
    }

    @Test
    void shouldRunAsTheUserOfTheImage() throws IOException, InterruptedException {
        JsonNode deployment = render().only("Deployment");
        String user =
                deployment.at("/spec/template/spec/securityContext/runAsUser").asText();

        assertThat(dockerfile()).containsPattern("(?m)^USER " + user + ":" + user + "$");
        assertThat(user).isNotEqualTo("0");
    }

    @Test
    void shouldStartTheImageWithoutAShell() throws IOException {
        assertThat(dockerfile())
                .containsPattern("(?m)^ENTRYPOINT \\[\"java\", \"@/app/java-options\"")
                .containsPattern(
                        "(?m)^EXPOSE " + setting("quarkus.http.port") + " " + setting("quarkus.management.port") + "$");
    }

    @Test
    void shouldHaveTheVersionOfThePom() throws IOException {
        Matcher project = Pattern.compile(
                        "<artifactId>percpu-metrics</artifactId>\\s*<version>([^<]+?)(-SNAPSHOT)?</version>")
                .matcher(Files.readString(TOP.resolve("pom.xml")));
        assertThat(project.find()).isTrue();
        String version = project.group(1);

        assertThat(dockerfile()).containsPattern("(?m)^ARG VERSION=" + Pattern.quote(version) + "$");
        for (String folder : List.of(
                "base",
                "overlays/node-status",
                "overlays/node-aggregator",
                "overlays/statsd-sidecar",
                "overlays/example")) {
            String kustomization =
                    Files.readString(TOP.resolve("deploy").resolve(folder).resolve("kustomization.yaml"));
            assertThat(kustomization).as(folder).containsPattern("(?m)^ +newTag: " + Pattern.quote(version) + "$");
        }
        assertThat(Pattern.compile("percpu-metrics:(\\d[\\w.-]*)")
                        .matcher(Files.readString(TOP.resolve("src/site/markdown/kubernetes.md")))
                        .results()
                        .map(image -> image.group(1)))
                .isNotEmpty()
                .containsOnly(version);
    }

    private static Manifests render() throws IOException, InterruptedException {
        Optional<Kubectl> kubectl = Kubectl.installed();
        assumeTrue(kubectl.isPresent(), "kubectl with Kustomize 5 is not installed: deploy/base is not rendered");
        return kubectl.orElseThrow().render(BASE);
    }

    private static JsonNode container(Manifests manifests) {
        JsonNode containers = manifests.only("Deployment").at("/spec/template/spec/containers");
        assertThat(containers).hasSize(1);
        return containers.get(0);
    }

    private static String port(JsonNode container, String name) {
        for (JsonNode port : container.path("ports")) {
            if (port.path("name").asText().equals(name)) {
                return port.path("containerPort").asText();
            }
        }
        throw new AssertionError("There must be a port " + name + " in " + container.path("ports"));
    }

    private static void assertProbe(JsonNode container, String probe, String path) {
        JsonNode get = container.path(probe).path("httpGet");
        assertThat(get.path("path").asText()).as(probe).isEqualTo(path);
        assertThat(port(container, get.path("port").asText())).as(probe).isEqualTo(setting("quarkus.management.port"));
    }

    private static String setting(String key) {
        String value = SETTINGS.getProperty(key);
        assertThat(value).as(key).isNotNull();
        return value;
    }

    private static String dockerfile() throws IOException {
        return Files.readString(TOP.resolve("deploy/Dockerfile"));
    }
}
