package dev.percpu.service;
import io.micrometer.core.instrument.*;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
@Singleton
class OwnMeters implements MeterBinder {
    private volatile Timer scrapes;
    public void bindTo(MeterRegistry registry) {
        scrapes = Timer.builder("percpu.scrape").register(registry);
    }
    Timer scrapes() { return scrapes; }
}
