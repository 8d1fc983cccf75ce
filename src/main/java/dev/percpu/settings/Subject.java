package dev.percpu.settings;

/** Group of settings that the reference document lists together. */
enum Subject {
    RECORDING("Recording", Applications.ALL),
    SERIES("Series", Applications.ALL),
    HISTOGRAMS("Native histograms", Applications.ALL),
    GAUGES("Gauges and collectors", Applications.ALL),
    SPRING("Spring Boot", Applications.SPRING_BOOT),
    SCRAPES("Scrapes", Applications.ENDPOINTS),
    REQUESTS("Request metrics", Applications.QUARKUS),
    INGEST("Ingest", Applications.SERVICE),
    PAGE("Status page", Applications.SERVICE);

    /** The applications in which a setting has an effect. */
    enum Applications {
        ALL("In every application."),
        SPRING_BOOT("In a Spring Boot application only."),
        ENDPOINTS("At the endpoints of this project, except in a Spring Boot application."),
        QUARKUS("In a Quarkus application only."),
        SERVICE("In the service of this project only.");

        private final String sentence;

        Applications(String sentence) {
            this.sentence = sentence;
        }

        /** Returns the sentence for the reference document. */
        String sentence() {
            return sentence;
        }
    }

    private final String title;
    private final Applications applications;

    Subject(String title, Applications applications) {
        this.title = title;
        this.applications = applications;
    }

    String title() {
        return title;
    }

    /** Returns the applications in which these settings have an effect. */
    Applications applications() {
        return applications;
    }
}
