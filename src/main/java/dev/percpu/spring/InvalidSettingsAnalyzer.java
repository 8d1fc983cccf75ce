package dev.percpu.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Makes Spring Boot print the errors in the configuration, without a stack trace. Stateless. */
final class InvalidSettingsAnalyzer extends AbstractFailureAnalyzer<InvalidSettingsException> {
    @Override
    protected FailureAnalysis analyze(Throwable failure, InvalidSettingsException cause) {
        return new FailureAnalysis(
                cause.getMessage(), "Change or remove each key above, wherever the application sets it.", cause);
    }
}
