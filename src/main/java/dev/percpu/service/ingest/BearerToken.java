package dev.percpu.service.ingest;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.settings.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The token that senders must have, if one is configured. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, section 2.1</a>
 */
final class BearerToken {
    private static final Logger LOG = Logger.getLogger(BearerToken.class);
    private static final String SCHEME = "Bearer ";

    private final @Nullable Path file;

    /** Null if every sender is accepted. */
    private volatile byte @Nullable [] token;

    private BearerToken(@Nullable Path file, @Nullable String token) {
        this.file = file;
        this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws ConfigurationException if both keys are set, or the file cannot be read or is blank */
    static BearerToken of(QuarkusSettings settings) {
        Optional<String> token = settings.get(Settings.INGEST_TOKEN);
        Optional<Path> file = settings.get(Settings.INGEST_TOKEN_FILE);
        if (file.isEmpty()) {
            return new BearerToken(null, token.orElse(null));
        }
        if (token.isPresent()) {
            throw new ConfigurationException(
                    Settings.INGEST_TOKEN_FILE.key() + " must not be set together with " + Settings.INGEST_TOKEN.key());
        }
        try {
            return new BearerToken(file.get(), read(file.get()));
        } catch (IOException e) {
            throw new ConfigurationException(Settings.INGEST_TOKEN_FILE.key()
                    + " must be a readable file with a token, but was " + file.get() + ": " + e);
        }
    }

    private static String read(Path file) throws IOException {
        String content = Files.readString(file).strip();
        if (content.isEmpty()) {
            throw new IOException("the file is blank");
        }
        return content;
    }

    /** Returns whether the token is in a file, which can change. */
    boolean isInFile() {
        return file != null;
    }

    /** Reads the file again. If it cannot be read, the last token stays. */
    void reload() {
        if (file == null) {
            return;
        }
        try {
            token = read(file).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            LOG.warnf("%s could not be read again, the last token stays: %s", Settings.INGEST_TOKEN_FILE.key(), e);
        }
    }

    /**
     * Returns whether a request has the token, in a time that does not depend on it.
     *
     * @param authorization value of the header; null without one
     */
    boolean accepts(@Nullable String authorization) {
        byte[] expected = token;
        if (expected == null) {
            return true;
        }
        return authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        expected,
                        authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8));
    }
}
