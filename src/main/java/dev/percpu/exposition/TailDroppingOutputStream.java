package dev.percpu.exposition;

import java.io.IOException;
import java.io.OutputStream;

/** Passes everything on but the last bytes, however they come. */
final class TailDroppingOutputStream extends OutputStream {
    private final TextOutput out;
    private final byte[] held;
    private int count;

    TailDroppingOutputStream(TextOutput out, int lastBytes) {
        this.out = out;
        this.held = new byte[lastBytes];
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int surplus = count + length - held.length;
        int ofHeld = Math.clamp(surplus, 0, count);
        out.put(held, 0, ofHeld);
        System.arraycopy(held, ofHeld, held, 0, count - ofHeld);
        count -= ofHeld;
        int ofThese = Math.max(0, surplus) - ofHeld;
        out.put(bytes, from, ofThese);
        System.arraycopy(bytes, from + ofThese, held, count, length - ofThese);
        count += length - ofThese;
    }
}
