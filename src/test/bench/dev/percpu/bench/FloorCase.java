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

/** What no record can be faster than: no work (empty), or no call (floor). */
public class FloorCase {
    private static final int LOOP = 1000;
    private static final int STRIDE_SHIFT = 24;

    @State(Scope.Benchmark)
    public static class Cells {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        @Param("LONG")
        public SumKind kind = SumKind.LONG;

        Region region;
        BucketIndex buckets;
        long offset;

        @Setup
        public void open() {
            RseqStatus status = RseqProbe.status();
            if (!status.active() || status.owner() != AreaOwner.LIBC) {
                throw new IllegalStateException(
                        "the floors need areas that the C library registered, not " + status.owner());
            }
            region = Region.reserve(
                    status.cpus().shardCount(),
                    STRIDE_SHIFT,
                    kind,
                    status.indexedBy().offset());
            offset = region.firstCell();
            buckets = BucketIndex.ofLongs(shape.boundsNanos());
        }
    }

    @Benchmark
    public void counterEmpty(Cells of) {
        Floors.empty(of.region, of.offset, 1);
    }

    @Benchmark
    public void timerEmpty(Cells of, Amounts amounts) {
        Floors.empty(of.region, of.offset, amounts.next());
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void counterFloor(Cells of) {
        Floors.addLong(of.region, of.offset, 1, LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void counterFloorDouble(Cells of) {
        Floors.addDouble(of.region, of.offset, CounterCase.AMOUNT, LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void timerFloor(Cells of, Amounts amounts) {
        Floors.observeLong(of.region, of.offset, of.buckets, amounts.next(), LOOP);
    }
}
