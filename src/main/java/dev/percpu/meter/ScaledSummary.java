package dev.percpu.meter;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

/**
 * A summary that multiplies each amount by its own scale and records it into a shared summary. All values it returns are those of the shared
 * summary. Thread-safe.
 */
public final class ScaledSummary extends AbstractMeter implements DistributionSummary {
    private final DistributionSummary shared;
    private final double scale;

    /**
     * @param shared a summary without a scale
     * @param scale factor of each amount
     */
    public ScaledSummary(DistributionSummary shared, double scale) {
        super(shared.getId());
        this.shared = shared;
        this.scale = scale;
    }

    @Override
    public void record(double amount) {
        if (amount >= 0) {
            shared.record(scale * amount);
        }
    }

    @Override
    public long count() {
        return shared.count();
    }

    @Override
    public double totalAmount() {
        return shared.totalAmount();
    }

    @Override
    public double max() {
        return shared.max();
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        return shared.takeSnapshot();
    }
}
