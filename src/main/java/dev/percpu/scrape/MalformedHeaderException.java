package dev.percpu.scrape;

/** A header of a request cannot be read; the message says which, where and what was expected there, and repeats nothing of it. */
public final class MalformedHeaderException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String complaint;

    MalformedHeaderException(String header, int position, String expected) {
        this("The " + header + " header cannot be read: expected " + expected + " at character " + (position + 1)
                + ".");
    }

    private MalformedHeaderException(String complaint) {
        super(complaint);
        this.complaint = complaint;
    }

    /** The message, which is never null. */
    public String complaint() {
        return complaint;
    }
}
