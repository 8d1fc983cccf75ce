package dev.percpu.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The part of a Kubernetes API server that Prometheus finds pods by: a list of pods, which never changes. Thread-safe. */
final class PodApi implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ArrayNode pods = JSON.createArrayNode();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);

    PodApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/pods", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /**
     * Adds a pod of a workload, on this machine. To be called before the first request.
     *
     * @param workload a Deployment or DaemonSet
     * @param managementPort the port of the process, instead of 9000 in annotations and container ports
     */
    void add(JsonNode workload, String name, String node, String phase, int managementPort) {
        String port = Integer.toString(managementPort);
        ObjectNode pod = JSON.createObjectNode();
        ObjectNode metadata = pod.putObject("metadata");
        metadata.put("name", name).put("namespace", "shop").put("uid", name);
        JsonNode template = workload.at("/spec/template");
        metadata.set("labels", template.at("/metadata/labels"));
        ObjectNode annotations = metadata.putObject("annotations");
        template.at("/metadata/annotations")
                .properties()
                .forEach(annotation -> annotations.put(
                        annotation.getKey(), annotation.getValue().asText().replace("9000", port)));
        ObjectNode spec = pod.putObject("spec");
        spec.put("nodeName", node);
        ArrayNode containers = spec.putArray("containers");
        template.at("/spec/containers").forEach(container -> containers.add(container.deepCopy()));
        for (JsonNode declared : containers.findValues("ports").getFirst()) {
            if (declared.path("containerPort").asInt() == 9000) {
                ((ObjectNode) declared).put("containerPort", managementPort);
            }
        }
        pod.putObject("status").put("phase", phase).put("podIP", "127.0.0.1");
        pods.add(pod);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            if (query.contains("watch=true")) {
                exchange.sendResponseHeaders(200, 0);
                // Newer clients list by a watch.
                if (query.contains("sendInitialEvents=true")) {
                    exchange.getResponseBody().write(initialEvents().getBytes(StandardCharsets.UTF_8));
                    exchange.getResponseBody().flush();
                }
                closed.await();
            } else {
                ObjectNode list = object("PodList");
                list.putObject("metadata").put("resourceVersion", "1");
                list.set("items", pods);
                byte[] body = list.toString().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns an event for each pod, and the one that ends them. */
    private String initialEvents() {
        StringBuilder events = new StringBuilder();
        for (JsonNode pod : pods) {
            events.append(event("ADDED", object("Pod").setAll((ObjectNode) pod)));
        }
        ObjectNode end = object("Pod");
        ObjectNode metadata = end.putObject("metadata").put("resourceVersion", "1");
        metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        return events.append(event("BOOKMARK", end)).toString();
    }

    private static ObjectNode event(String type, JsonNode object) {
        return JSON.createObjectNode().put("type", type).set("object", object);
    }

    private static ObjectNode object(String kind) {
        return JSON.createObjectNode().put("apiVersion", "v1").put("kind", kind);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
