package dev.percpu.ingest.otlp;

/** Thrown for a point that cannot be added. It has no stack trace: a sender can cause any number of them. */
final class RejectedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Rejection rejection;

    /**
     * @param message what must be changed, for the sender
     */
    RejectedException(Rejection rejection, String message) {
        super(message, null, false, false);
        this.rejection = rejection;
    }

    Rejection rejection() {
        return rejection;
    }

    /** Returns the message, which is not null. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
