package dev.percpu.service.ingest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The decompression of a request's body. Stateless. */
final class RequestBody {
    private static final int CHUNK = 16 * 1024;

    private RequestBody() {}

    /** Thrown for a body that is too large after decompression. */
    static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1;

        TooLargeException() {
            super("too large", null, false, false);
        }
    }

    /** Thrown for a body that is not gzip. */
    static final class NotGzipException extends Exception {
        private static final long serialVersionUID = 1;

        NotGzipException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Decompresses a body. It stops as soon as the result is too large: a compressed body can be a thousandth of it.
     *
     * @param maxBytes largest size of the result
     */
    static byte[] gunzip(byte[] body, long maxBytes) throws TooLargeException, NotGzipException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(4 * body.length + CHUNK, 1 << 20));
        byte[] chunk = new byte[CHUNK];
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body), CHUNK)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                if (out.size() + length > maxBytes) {
                    throw new TooLargeException();
                }
                out.write(chunk, 0, length);
            }
        } catch (ZipException | EOFException e) {
            throw new NotGzipException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new IllegalStateException("memory can be read", e);
        }
        return out.toByteArray();
    }
}
