package dev.percpu.settings;

/** Group of settings that the reference document lists together. */
enum Subject {
    RECORDING("Recording", true, "In every application."),
    SERIES("Series", true, "In every application."),
    HISTOGRAMS("Native histograms", true, "In every application."),
    GAUGES("Gauges and collectors", true, "In every application."),
    SCRAPES("Scrapes", false, "At the endpoints of this project."),
    REQUESTS("Request metrics", false, "In a Quarkus application only.");

    private final String title;
    private final boolean inLibrary;
    private final String scope;

    Subject(String title, boolean inLibrary, String scope) {
        this.title = title;
        this.inLibrary = inLibrary;
        this.scope = scope;
    }

    String title() {
        return title;
    }

    /** Returns a sentence for the reference document: where these settings apply. */
    String scope() {
        return scope;
    }

    /** Returns whether the registry reads these settings in any application, not only in one with Quarkus. */
    boolean inLibrary() {
        return inLibrary;
    }
}
