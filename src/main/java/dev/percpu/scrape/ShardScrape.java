package dev.percpu.scrape;

import dev.percpu.exposition.PrometheusClient;
import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextOutput;
import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.meter.CellMeter;
import dev.percpu.shard.CellStore;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One scrape of cell meters that is broken down by shard. Not thread-safe.
 *
 * <p>It collects family by family, and takes the memory of one family's samples. Each meter is read at that time, shard by shard. It is
 * meant for diagnosis, not for scrapes every few seconds: the number of series is the number of meters times the number of shards.
 */
public final class ShardScrape {
    /**
     * Prefix for a label of a meter that has the name of a shard label. Prometheus resolves conflicts with target labels in the same way.
     */
    private static final String EXPORTED = "exported_";

    private final CellStore store;
    private final ShardNaming naming;
    private final Predicate<String> included;

    /**
     * Creates a scrape.
     *
     * @param included selects families by name
     */
    public ShardScrape(CellStore store, ShardNaming naming, Predicate<String> included) {
        this.store = store;
        this.naming = naming;
        this.included = included;
    }

    /**
     * Writes the scrape. The stream is neither flushed nor closed.
     *
     * @param meters the exposed meters
     * @param additional additional families; one with the name of a meter's family is left out
     * @throws InterruptedIOException if the thread is interrupted; it stays interrupted
     */
    public void write(
            List<CellMeter> meters, MetricSnapshots additional, OutputStream stream, ScrapeEncodings.Encoding encoding)
            throws IOException {
        Map<String, FamilyReader> families = families(meters, additional);
        TextFormat text = encoding.text();
        if (text == null) {
            List<MetricSnapshot> all = new ArrayList<>();
            for (FamilyReader family : families.values()) {
                family.read().forEach(all::add);
            }
            MetricSnapshots escapable = EscapableSeries.of(new MetricSnapshots(all), encoding.escaping());
            PrometheusClient.write(encoding.writer(), stream, escapable, encoding.escaping());
            return;
        }
        TextOutput out = new TextOutput().to(stream);
        for (FamilyReader family : families.values()) {
            MetricSnapshots snapshots = EscapableSeries.of(family.read(), encoding.escaping());
            if (snapshots.size() > 0) {
                text.write(out, snapshots, encoding.escaping());
            }
        }
        text.finish(out);
        out.end();
    }

    /** Reads one family, which can be without samples. */
    private interface FamilyReader {
        MetricSnapshots read() throws InterruptedIOException;
    }

    private Map<String, FamilyReader> families(List<CellMeter> meters, MetricSnapshots additional) {
        Map<String, List<CellMeter>> byName = new HashMap<>();
        for (CellMeter meter : meters) {
            SeriesShape shape = meter.shape();
            if (shape != null && included.test(shape.main().name())) {
                byName.computeIfAbsent(shape.main().name(), name -> new ArrayList<>())
                        .add(meter);
            }
        }
        BitSet shards = store.recordedShards();
        Map<String, FamilyReader> families = new TreeMap<>();
        byName.forEach((name, family) -> families.put(name, () -> read(family, shards)));
        for (MetricSnapshot snapshot : additional) {
            String name = snapshot.getMetadata().getPrometheusName();
            if (included.test(name)) {
                families.putIfAbsent(name, () -> new MetricSnapshots(snapshot));
            }
        }
        return families;
    }

    private MetricSnapshots read(List<CellMeter> meters, BitSet shards) throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while reading shards");
        }
        FamilyValues values = new FamilyValues(name -> true);
        for (CellMeter meter : meters) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                Family family = withHelpSuffix(shape.main());
                Labels labels = shape.labels(meter.getId());
                shards.stream().forEach(shard -> {
                    DataPointSnapshot point = meter.pointOf(shard, labels(labels, shard));
                    if (point != null) {
                        values.add(family, point);
                    }
                });
            }
        }
        return values.snapshots();
    }

    private Family withHelpSuffix(Family family) {
        MetricMetadata metadata = family.metadata();
        return naming.helpSuffix().isEmpty()
                ? family
                : new Family(
                        new MetricMetadata(
                                metadata.getName(), metadata.getHelp() + naming.helpSuffix(), metadata.getUnit()),
                        family.kind());
    }

    /** Returns the labels of a shard followed by those of a meter. A meter's label gets the prefix if its name is already used. */
    private Labels labels(Labels meterLabels, int shard) {
        Labels shardLabels = shard == store.sharedShard() ? naming.shared() : naming.of(shard);
        String[] names = new String[meterLabels.size()];
        String[] values = new String[meterLabels.size()];
        for (int i = 0; i < names.length; i++) {
            String name = meterLabels.getName(i);
            while (shardLabels.contains(name) || (!name.equals(meterLabels.getName(i)) && meterLabels.contains(name))) {
                name = EXPORTED + name;
            }
            names[i] = name;
            values[i] = meterLabels.getValue(i);
        }
        return shardLabels.merge(names, values);
    }
}
