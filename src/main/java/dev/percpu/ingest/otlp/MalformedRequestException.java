package dev.percpu.ingest.otlp;

/** Thrown for a body that is not a request. It has no stack trace: a sender can cause any number of them. */
public final class MalformedRequestException extends Exception {
    private static final long serialVersionUID = 1;

    private static final int MAX_MESSAGE = 300;

    MalformedRequestException(String message) {
        super(message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE), null, false, false);
    }

    /** Returns the message, which is not null. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
