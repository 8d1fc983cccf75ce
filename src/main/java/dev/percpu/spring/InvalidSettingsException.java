package dev.percpu.spring;

import java.util.List;

/** Thrown if the configuration has values that are not allowed, or unknown keys. The message has a line for each. */
final class InvalidSettingsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidSettingsException(List<String> errors) {
        super("The configuration is invalid.\n  " + String.join("\n  ", errors));
    }
}
