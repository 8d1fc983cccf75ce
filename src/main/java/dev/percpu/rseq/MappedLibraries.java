package dev.percpu.rseq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The program and the libraries that this process has mapped, and the symbols that they export. Stateless.
 *
 * <p>dladdr(3) does not find the library of a TLS variable, because its address is on the heap or the stack of a thread. So the symbol
 * tables in the files are read.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</a>
 */
final class MappedLibraries {
    private static final byte[] ELF_64_LITTLE_ENDIAN = {0x7f, 'E', 'L', 'F', 2, 1};
    private static final int SHT_DYNSYM = 11;
    private static final int SYMBOL_BYTES = 24;

    /** Offsets in the header of the file, in the header of a section and in a symbol, in bytes. */
    private static final int E_SHOFF = 40;

    private static final int E_SHENTSIZE = 58;
    private static final int E_SHNUM = 60;
    private static final int SH_TYPE = 4;
    private static final int SH_OFFSET = 24;
    private static final int SH_SIZE = 32;
    private static final int SH_LINK = 40;
    private static final int ST_SHNDX = 6;

    private MappedLibraries() {}

    /** Returns the files that define a symbol for other libraries, in the order of their addresses. Unreadable files are left out. */
    static List<String> defining(String symbol) {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(it -> it.contains(" r-xp ") && it.indexOf('/') > 0)
                    .map(it -> it.substring(it.indexOf('/')))
                    .distinct()
                    .filter(file -> defines(Path.of(file), symbol))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** Returns whether the dynamic symbol table of an ELF file defines a symbol. */
    static boolean defines(Path file, String symbol) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer elf = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (elf.mismatch(ByteBuffer.wrap(ELF_64_LITTLE_ENDIAN)) < ELF_64_LITTLE_ENDIAN.length) {
                return false;
            }
            return definesIn(elf, (symbol + "\0").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return false; // not readable, or not a complete ELF file
        }
    }

    private static boolean definesIn(ByteBuffer elf, byte[] name) {
        long sections = elf.getLong(E_SHOFF);
        int sectionBytes = elf.getShort(E_SHENTSIZE);
        for (int i = 0; i < elf.getShort(E_SHNUM); i++) {
            int section = Math.toIntExact(sections + (long) i * sectionBytes);
            if (elf.getInt(section + SH_TYPE) == SHT_DYNSYM) {
                int strings = Math.toIntExact(sections + (long) elf.getInt(section + SH_LINK) * sectionBytes);
                return definesIn(
                        elf,
                        Math.toIntExact(elf.getLong(section + SH_OFFSET)),
                        Math.toIntExact(elf.getLong(section + SH_SIZE)),
                        Math.toIntExact(elf.getLong(strings + SH_OFFSET)),
                        name);
            }
        }
        return false;
    }

    private static boolean definesIn(ByteBuffer elf, int symbols, int bytes, int strings, byte[] name) {
        byte[] found = new byte[name.length];
        for (int symbol = symbols; symbol < symbols + bytes; symbol += SYMBOL_BYTES) {
            if (elf.getShort(symbol + ST_SHNDX) != 0) {
                int text = strings + elf.getInt(symbol);
                if (text + name.length <= elf.limit()) {
                    elf.get(text, found);
                    if (Arrays.equals(found, name)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
