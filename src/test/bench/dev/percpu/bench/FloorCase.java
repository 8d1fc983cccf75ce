package dev.percpu.bench;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.Floors;
import dev.percpu.binding.Region;
import dev.percpu.binding.SumKind;
import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** JMH benchmarks of lower bounds: a downcall that does nothing (empty), and a C loop without calls from Java (floor). */
public class FloorCase {
    private static final int LOOP = 1000;
    private static final int STRIDE_SHIFT = 24;
    private static final int CELL_BYTES = 16;

    @State(Scope.Benchmark)
    public static class Cells {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        @Param("LONG")
        public SumKind kind = SumKind.LONG;

        Region region;
        BucketIndex buckets;
        long offset;
        long groupBytes;

        @Setup
        public void open() {
            RseqStatus status = RseqProbe.status();
            if (!status.active() || status.owner() != AreaOwner.LIBC) {
                throw new IllegalStateException("The owner of the rseq area must be " + AreaOwner.LIBC
                        + " for the floors, but was " + status.owner());
            }
            region = Region.reserve(
                    status.cpus().shardCount(),
                    STRIDE_SHIFT,
                    kind,
                    status.indexedBy().offset());
            offset = region.firstCell();
            long[] bounds = shape.boundsNanos();
            buckets = BucketIndex.ofLongs(bounds);
            groupBytes = CELL_BYTES * (bounds.length + 1L);
        }
    }

    @Benchmark
    public void counterEmpty(Cells cells) {
        Floors.empty(cells.region, cells.offset, 1);
    }

    @Benchmark
    public void timerEmpty(Cells cells, Amounts amounts) {
        Floors.empty(cells.region, cells.offset, amounts.next());
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void counterFloor(Cells cells) {
        Floors.addLong(cells.region, cells.offset, 1, LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void counterFloorDouble(Cells cells) {
        Floors.addDouble(cells.region, cells.offset, CounterCase.AMOUNT, LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void timerFloor(Cells cells, Amounts amounts) {
        Floors.observeLong(cells.region, cells.offset, cells.buckets, amounts.next(), LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void manyTimersFloor(Cells cells, Amounts amounts) {
        Floors.observeLong(
                cells.region,
                cells.offset,
                ManySeriesCase.SERIES,
                cells.groupBytes,
                cells.buckets,
                amounts.next(),
                LOOP);
    }
}
