package dev.percpu.service.status;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The files of the page and the description of the API, in the resources of {@code /page}. Stateless. */
final class PageFiles {
    private PageFiles() {}

    /** Returns the content of a file, which must exist. */
    static Buffer read(String name) {
        try (InputStream content = PageFiles.class.getResourceAsStream("/page/" + name)) {
            return Buffer.buffer(Objects.requireNonNull(content, () -> "/page/" + name + " must be in the jar")
                    .readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
