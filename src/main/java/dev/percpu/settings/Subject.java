package dev.percpu.settings;

/** Group of settings that the reference document lists together. */
enum Subject {
    RECORDING("Recording", true),
    SERIES("Series", true),
    HISTOGRAMS("Native histograms", true),
    GAUGES("Gauges and collectors", true),
    SCRAPES("Scrapes", false),
    REQUESTS("Request metrics", false);

    private final String title;
    private final boolean inLibrary;

    Subject(String title, boolean inLibrary) {
        this.title = title;
        this.inLibrary = inLibrary;
    }

    String title() {
        return title;
    }

    /** Returns whether the registry reads these settings in any application, not only in one with Quarkus. */
    boolean inLibrary() {
        return inLibrary;
    }
}
