package dev.percpu.settings;

/** How names of OpenTelemetry are kept. */
public enum OtlpNames {
    /** As they are, with suffixes. A scrape escapes them as its client requests. */
    UTF8,

    /** With an underscore for each run of other characters than letters, digits and colons. */
    UNDERSCORES
}
