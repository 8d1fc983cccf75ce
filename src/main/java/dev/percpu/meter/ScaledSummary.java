package dev.percpu.meter;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

/** Records into a summary that several share, each with a scale of its own. What it tells is what all of them recorded. */
public final class ScaledSummary extends AbstractMeter implements DistributionSummary {
    private final DistributionSummary shared;
    private final double scale;

    /**
     * @param shared with a scale of 1
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
