package dev.percpu.bench.ingest;

import dev.percpu.bench.ingest.IngestResults.Service;
import dev.percpu.bench.ingest.StatsdReceiver.Programs;
import dev.percpu.bench.ingest.StatsdSender.Style;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures the service alone: allocation in the steady state, and memory of series. Stateless. */
final class ServiceFigures {
    /** The buckets of the library's timer {@code SLO}, so that both have the same cells. */
    private static final String MAPPING = """
            defaults:
              observer_type: histogram
              histogram_options:
                buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
                native_histogram_bucket_factor: 1
            mappings: []
            """;

    private static final IngestCase LOAD = IngestCase.TEN;
    /** Packets per second: a low rate, because each series must arrive. */
    private static final int RATE = 50_000;

    private static final int WARM_UP_PACKETS = 600_000;
    private static final int STEADY_PACKETS = 300_000;
    private static final int NEW_SERIES = 20_000;
    /** Samples of each series. The sender has each series as often as each other one. */
    private static final int SAMPLES_PER_SERIES = 10;

    /** The service caches the memory of the shards for a moment. */
    private static final long CACHED_MILLIS = 3_000;

    private ServiceFigures() {}

    /** Measures, and adds the figures or the reason why there are none. */
    static void measure(Programs programs, Path directory, int cpu, StatsdSender sender, IngestResults results)
            throws InterruptedException {
        try (ServiceReceiver service = ServiceReceiver.start(programs.service(), directory, cpu, MAPPING)) {
            sender.send(LOAD, Style.DOGSTATSD, service.port(), WARM_UP_PACKETS, RATE);
            try (RemoteJvm jvm = RemoteJvm.of(service.pid())) {
                double bytesPerPacket = bytesPerPacket(service, sender, jvm);
                long before = footprint(service, jvm);
                IngestCase more = new IngestCase(LOAD.samplesPerPacket(), LOAD.series() + NEW_SERIES, RATE / 10);
                sender.send(
                        more,
                        Style.DOGSTATSD,
                        service.port(),
                        (long) more.series() * SAMPLES_PER_SERIES / more.samplesPerPacket(),
                        more.packetsPerSecond());
                double bytesPerSeries = (double) (footprint(service, jvm) - before) / NEW_SERIES;
                if (service.series() != more.series()) {
                    throw new IOException("it must have " + more.series() + " series, but has " + service.series());
                }
                results.service(new Service(bytesPerPacket, bytesPerSeries, libraryBytesPerSeries()));
            }
        } catch (IOException e) {
            results.missing("allocation and memory of the service", e.getMessage());
        }
    }

    private static double bytesPerPacket(ServiceReceiver service, StatsdSender sender, RemoteJvm jvm)
            throws IOException, InterruptedException {
        // The first call compiles what later ones use.
        jvm.allocatedBytes(ServiceReceiver.RECEIVER_THREADS);
        long before = jvm.allocatedBytes(ServiceReceiver.RECEIVER_THREADS);
        long dropped = ReceiverSocket.of(service.port()).droppedPackets();
        sender.send(LOAD, Style.DOGSTATSD, service.port(), STEADY_PACKETS, RATE);
        TimeUnit.MILLISECONDS.sleep(50);
        long packets = STEADY_PACKETS - (ReceiverSocket.of(service.port()).droppedPackets() - dropped);
        return (double) (jvm.allocatedBytes(ServiceReceiver.RECEIVER_THREADS) - before) / packets;
    }

    /** Returns the bytes of heap, shards and page tables. */
    private static long footprint(ServiceReceiver service, RemoteJvm jvm) throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(CACHED_MILLIS);
        long shards = service.shardBytes();
        return jvm.liveHeapBytes() + shards + pageTableBytes(service.pid());
    }

    private static long pageTableBytes(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmPTE:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** Returns the memory of a timer with the same buckets in the library, as `make bench ARGS=memory` measures it. */
    private static double libraryBytesPerSeries() throws IOException, InterruptedException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.percpu.bench.MemoryMain",
                "percpu",
                "SLO",
                Integer.toString(NEW_SERIES),
                "1",
                "0",
                "100");
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the memory of the library could not be measured");
        }
        return Double.parseDouble(output.strip().split(" ")[0]);
    }
}
