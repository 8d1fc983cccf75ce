package dev.percpu.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Whether and how scrapes are compressed for clients that take gzip. Off costs least: at its fastest, gzip takes longer than the scrape
 * that it makes smaller.
 */
public enum Compression {
    /** Never. */
    OFF(Deflater.NO_COMPRESSION),
    /** zlib's level 1. */
    FAST(Deflater.BEST_SPEED),
    /** zlib's level 6. */
    DEFAULT(6);

    private static final int BUFFER_BYTES = 16 * 1024;

    private final int level;

    Compression(int level) {
        this.level = level;
    }

    /**
     * A stream that writes gzip to another. Close it, which closes the other as well: only then all bytes are written, and the memory
     * outside of the heap that the compressor holds is given back.
     */
    public OutputStream gzip(OutputStream out) throws IOException {
        return new Gzip(out, level);
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(level);
        }
    }
}
