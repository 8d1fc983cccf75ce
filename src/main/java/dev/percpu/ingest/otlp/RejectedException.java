package dev.percpu.ingest.otlp;

import java.util.function.Supplier;

/**
 * Thrown for a point or metric that is not added. It has no stack trace: a sender can cause any number of them.
 */
final class RejectedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Rejection rejection;
    private final transient Supplier<String> reason;

    RejectedException(Rejection rejection, String reason) {
        this(rejection, () -> reason);
    }

    /**
     * @param reason returns the reason. It is called only for the first point that an answer rejects.
     */
    RejectedException(Rejection rejection, Supplier<String> reason) {
        super(null, null, false, false);
        this.rejection = rejection;
        this.reason = reason;
    }

    Rejection rejection() {
        return rejection;
    }

    String reason() {
        return reason.get();
    }

    @Override
    public String getMessage() {
        return reason.get();
    }
}
