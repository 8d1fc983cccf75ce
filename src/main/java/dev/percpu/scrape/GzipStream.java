package dev.percpu.scrape;

import dev.percpu.settings.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A stream that compresses with gzip and writes to another stream. {@link #close()} writes the last bytes, frees the compressor's memory
 * outside the heap, and closes the other stream. Not thread-safe.
 */
final class GzipStream extends GZIPOutputStream {
    private static final int BUFFER_BYTES = 16 * 1024;

    /**
     * Creates a stream.
     *
     * @param out the stream that receives the compressed bytes
     * @param compression sets the level
     * @throws IOException if the header cannot be written
     */
    public GzipStream(OutputStream out, Compression compression) throws IOException {
        super(out, BUFFER_BYTES);
        def.setLevel(compression.level());
    }
}
