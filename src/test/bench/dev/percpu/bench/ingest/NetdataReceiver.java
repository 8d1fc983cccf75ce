package dev.percpu.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.acceptance.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Debian's netdata with its StatsD plugin alone. It has its defaults: one collector thread, a flush each second, one chart for each name.
 * Only its priority is that of the other receivers, because it would be the lowest one otherwise. It ignores tags, so it has one metric for all series of a name.
 */
record NetdataReceiver(PinnedProcess process, int port, int webPort) implements StatsdReceiver {
    /** Every plugin that is on by default but StatsD's. */
    private static final List<String> OTHER_PLUGINS = List.of(
            "timex",
            "idlejitter",
            "netdata monitoring",
            "profile",
            "tc",
            "diskspace",
            "proc",
            "cgroups",
            "enable running new plugins",
            "slabinfo",
            "apps",
            "charts.d",
            "ebpf",
            "fping",
            "ioping",
            "nfacct",
            "perf",
            "python.d",
            "go.d",
            "freeipmi",
            "cups",
            "xenstat");

    static NetdataReceiver start(Path directory, int cpu) throws IOException, InterruptedException {
        for (String folder : List.of("cache", "lib", "log")) {
            Files.createDirectories(directory.resolve(folder));
        }
        int port = FreePort.next();
        int webPort = FreePort.next();
        Path configuration = directory.resolve("netdata.conf");
        Files.writeString(configuration, """
                [global]
                    run as user = %1$s
                    process scheduling policy = keep
                [directories]
                    config = %2$s
                    stock config = %2$s
                    cache = %2$s/cache
                    lib = %2$s/lib
                    log = %2$s/log
                    home = %2$s
                [db]
                    mode = ram
                [logs]
                    debug = none
                    access = none
                [ml]
                    enabled = no
                [health]
                    enabled = no
                [registry]
                    enabled = no
                [web]
                    bind to = 127.0.0.1:%3$d
                    web server threads = 1
                [statsd]
                    bind to = udp:127.0.0.1:%4$d
                [plugins]
                    statsd = yes
                    check for new plugins every = 86400
                %5$s
                """.formatted(
                        System.getProperty("user.name"),
                        directory,
                        webPort,
                        port,
                        OTHER_PLUGINS.stream().map(it -> "    " + it + " = no").collect(Collectors.joining("\n"))));
        List<String> command = List.of(executable("netdata"), "-D", "-c", configuration.toString());
        PinnedProcess process = PinnedProcess.start(cpu, directory, directory.resolve("netdata.log"), port, command);
        process.enlargeBuffer(port);
        return new NetdataReceiver(process, port, webPort);
    }

    /** Returns the path of a daemon that Debian installs in a folder which is not on the path of every user. */
    static String executable(String name) throws IOException {
        return Stream.of("/usr/sbin/", "/usr/bin/")
                .map(folder -> folder + name)
                .filter(it -> Files.isExecutable(Path.of(it)))
                .findFirst()
                .orElseThrow(() -> new IOException("it is not installed"));
    }

    @Override
    public Kind kind() {
        return Kind.NETDATA;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public long series() throws IOException {
        JsonNode charts;
        try (InputStream answer = URI.create("http://127.0.0.1:" + webPort + "/api/v1/charts")
                .toURL()
                .openStream()) {
            charts = new ObjectMapper().readTree(answer).get("charts");
        }
        return charts.propertyStream()
                .filter(it -> it.getKey().endsWith("_timer"))
                .count();
    }

    @Override
    public void close() {
        process.close();
    }
}
