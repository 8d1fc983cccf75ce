package dev.percpu.scrape;

import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextOutput;
import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.SeriesShape;
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
 * One scrape of the meters in cells by shard. Family by family, so that it takes the memory of one family's samples; each meter is read as it
 * is then, shard by shard. For looking into a process, not for scraping it every few seconds: there are as many series as meters times
 * shards. Not thread-safe.
 */
public final class ShardScrape {
    /** Before a label of a meter that is called as one of ours; Prometheus does the same with labels of a target. */
    private static final String EXPORTED = "exported_";

    private final CellStore store;
    private final ShardNaming naming;
    private final Predicate<String> included;

    /**
     * @param included names of the families that are wanted
     */
    public ShardScrape(CellStore store, ShardNaming naming, Predicate<String> included) {
        this.store = store;
        this.naming = naming;
        this.included = included;
    }

    /**
     * @param meters that are shown
     * @param others families that are told besides; one that a meter has already is left out
     * @throws InterruptedIOException if this thread is interrupted meanwhile, which it still is then
     */
    public void write(
            List<CellMeter> meters, MetricSnapshots others, OutputStream stream, ScrapeEncodings.Encoding encoding)
            throws IOException {
        TextFormat text = encoding.text();
        Map<String, FamilyReader> families = families(meters, others);
        if (text == null) {
            List<MetricSnapshot> all = new ArrayList<>();
            for (FamilyReader family : families.values()) {
                family.read().forEach(all::add);
            }
            encoding.writer().write(stream, new MetricSnapshots(all), encoding.escaping());
            return;
        }
        TextOutput out = new TextOutput().to(stream);
        for (FamilyReader family : families.values()) {
            MetricSnapshots snapshots = family.read();
            if (snapshots.size() > 0) {
                text.write(out, snapshots, encoding.escaping());
            }
        }
        text.finish(out);
        out.end();
    }

    /** Reads a family, which may have no samples. */
    private interface FamilyReader {
        MetricSnapshots read() throws InterruptedIOException;
    }

    private Map<String, FamilyReader> families(List<CellMeter> meters, MetricSnapshots others) {
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
        for (MetricSnapshot other : others) {
            String name = other.getMetadata().getPrometheusName();
            if (included.test(name)) {
                families.putIfAbsent(name, () -> new MetricSnapshots(other));
            }
        }
        return families;
    }

    private MetricSnapshots read(List<CellMeter> meters, BitSet shards) throws InterruptedIOException {
        FamilyValues values = new FamilyValues(name -> true);
        add(meters, shards, values);
        return values.snapshots();
    }

    private void add(List<CellMeter> meters, BitSet shards, FamilyValues values) throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while the shards were read");
        }
        for (CellMeter meter : meters) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                Family family = remarked(shape.main());
                Labels labels = shape.labels(meter.getId());
                shards.stream().forEach(shard -> {
                    DataPointSnapshot point = meter.pointOf(shard, labels(labels, shard));
                    if (point != null) {
                        values.add(family, point);
                    }
                });
            }
        }
    }

    private Family remarked(Family family) {
        MetricMetadata metadata = family.metadata();
        return naming.helpSuffix().isEmpty()
                ? family
                : new Family(
                        new MetricMetadata(
                                metadata.getName(), metadata.getHelp() + naming.helpSuffix(), metadata.getUnit()),
                        family.kind());
    }

    private Labels labels(Labels own, int shard) {
        Labels ours = shard == store.sharedShard() ? naming.shared() : naming.of(shard);
        String[] names = new String[own.size()];
        String[] values = new String[own.size()];
        for (int i = 0; i < names.length; i++) {
            String name = own.getName(i);
            while (ours.contains(name) || (!name.equals(own.getName(i)) && own.contains(name))) {
                name = EXPORTED + name;
            }
            names[i] = name;
            values[i] = own.getValue(i);
        }
        return ours.merge(names, values);
    }
}
