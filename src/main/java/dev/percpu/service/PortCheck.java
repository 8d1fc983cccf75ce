package dev.percpu.service;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/** Checks both ports before Vert.x is created. Without it, Quarkus ends the start with a stack trace, or starts with one of them only. */
@Singleton
class PortCheck implements VertxOptionsCustomizer {
    private static final int MAX_PORT = 65_535;

    private final Config config;

    PortCheck(Config config) {
        this.config = config;
    }

    /** An address to listen on, and the begin of its keys. Port 0 is any free port. */
    private record Listener(String keys, String host, int port) {

        static Listener of(String keys, Config config) {
            return new Listener(
                    keys,
                    config.getOptionalValue(keys + ".host", String.class).orElse("0.0.0.0"),
                    config.getValue(keys + ".port", Integer.class));
        }

        private String portKey() {
            return keys + ".port";
        }

        private boolean isOutOfRange() {
            return port < 0 || port > MAX_PORT;
        }

        private boolean conflictsWith(Listener other) {
            return port != 0 && port == other.port && (host.equals(other.host) || isAny() || other.isAny());
        }

        private boolean isAny() {
            return host.equals("0.0.0.0") || host.equals("::");
        }
    }

    /** @throws ConfigurationException with a line for each port that cannot be used */
    @Override
    public void accept(VertxOptions options) {
        // In dev mode the ports stay open while the application is reloaded; tests use random ports.
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            return;
        }
        List<Listener> listeners = new ArrayList<>(List.of(Listener.of("quarkus.http", config)));
        if (config.getOptionalValue("quarkus.management.enabled", Boolean.class).orElse(false)) {
            listeners.add(Listener.of("quarkus.management", config));
        }
        List<String> errors = errors(listeners);
        if (!errors.isEmpty()) {
            throw new ConfigurationException("The configuration is invalid.\n  " + String.join("\n  ", errors));
        }
    }

    private static List<String> errors(List<Listener> listeners) {
        List<String> errors = new ArrayList<>();
        for (Listener listener : listeners) {
            if (listener.isOutOfRange()) {
                errors.add(listener.portKey() + " must be a whole number from 0 to " + MAX_PORT + ", but was "
                        + listener.port);
            }
        }
        if (errors.isEmpty() && listeners.size() > 1 && listeners.getFirst().conflictsWith(listeners.getLast())) {
            errors.add(listeners.getFirst().portKey() + " and "
                    + listeners.getLast().portKey() + " must be different, but both were "
                    + listeners.getLast().port);
        }
        if (errors.isEmpty()) {
            listeners.forEach(listener -> addIfUnusable(listener, errors));
        }
        return errors;
    }

    private static void addIfUnusable(Listener listener, List<String> errors) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as Vert.x does: the connections of an earlier process may be in TIME_WAIT
            socket.bind(new InetSocketAddress(listener.host, listener.port));
        } catch (IOException | IllegalArgumentException e) {
            errors.add(listener.portKey() + " must be a port that is free on " + listener.host + ", but was "
                    + listener.port + ": " + e.getMessage());
        }
    }
}
