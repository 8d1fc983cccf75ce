package dev.percpu.binding;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JNA's own native library, which JNA loads at its first use. Stateless. */
final class JnaLibrary {
    private static final String FILE_NAME = "libjnidispatch.so";
    private static final String PATH_PROPERTY = "jna.boot.library.path";
    private static final String OLDEST = "5.8.0";

    // Of the header and of the program headers of a 64-bit ELF file.
    private static final int ELF_MAGIC = 0x464c457f;
    private static final int HEADER_BYTES = 64;
    private static final int HEADERS_AT = 32;
    private static final int HEADER_COUNT_AT = 56;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SEGMENT_OFFSET_AT = 8;
    private static final int SEGMENT_BYTES_AT = 32;

    private JnaLibrary() {}

    /**
     * Loads JNA's library: from a folder, if it is there, JNA is not loaded yet and {@code jna.boot.library.path} is not set.
     *
     * @param folder the folder of {@code percpu.native.dir}; null if it is not set
     * @throws LibraryUnavailableException if there is no JNA, it is older than 5.8.0, or it cannot load its library
     */
    static void load(@Nullable Path folder) {
        Path file = null;
        if (folder != null
                && System.getProperty(PATH_PROPERTY) == null
                && Files.isReadable(folder.resolve(FILE_NAME))) {
            file = folder.resolve(FILE_NAME);
            requireComplete(file);
            System.setProperty(PATH_PROPERTY, folder.toString());
        }
        try {
            requireVersion(Native.POINTER_SIZE > 0 ? version() : null);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Error e) { // of any class, when the initialization of Native fails
            if (e.getCause() instanceof ClassNotFoundException) {
                throw unavailable("it is not on the class path", "add net.java.dev.jna:jna " + OLDEST + " or newer", e);
            }
            throw unavailable(causeOf(e, file), remedy(file != null), e);
        } finally {
            if (file != null) {
                System.clearProperty(PATH_PROPERTY); // another JNA in the process may need another version
            }
        }
    }

    private static String causeOf(Error error, @Nullable Path file) {
        // If other code of the process has failed to load JNA before, the cause has the message.
        Throwable origin = error.getCause() == null ? error : error.getCause();
        // The message of JNA when its two halves do not fit.
        Matcher versions =
                Pattern.compile("Expected:\\s*(\\S+)\\s+Found:\\s*(\\S+)").matcher(String.valueOf(origin.getMessage()));
        return versions.find()
                ? "its classes need a " + FILE_NAME + " of version " + versions.group(1) + ", but "
                        + (file == null || error.getCause() != null ? "the file" : file) + " has version "
                        + versions.group(2)
                : String.valueOf(origin);
    }

    private static String remedy(boolean fromFolder) {
        return fromFolder
                ? "copy " + FILE_NAME + " out of the JNA jar of the class path to the folder of "
                        + LibraryFile.FOLDER_OPTION
                : "make sure that the temporary folder is writable, not mounted noexec and named in ASCII, or put "
                        + FILE_NAME + " beside " + LibraryFile.FILE_NAME + " and set " + LibraryFile.FOLDER_OPTION;
    }

    /** Returns the version in the manifest of JNA's jar; null if the manifest is another one: that of an application with JNA's classes in its jar. */
    private static @Nullable String version() {
        Package jna = Native.class.getPackage();
        return jna != null && jna.getName().equals(jna.getImplementationTitle())
                ? jna.getImplementationVersion()
                : null;
    }

    private static void requireVersion(@Nullable String version) {
        if (version != null && Version.parse(version).compareTo(Version.parse(OLDEST)) < 0) {
            throw unavailable(
                    "its version on the class path is " + version + ", but must be at least " + OLDEST,
                    "put a newer net.java.dev.jna:jna first on the class path",
                    null);
        }
    }

    private static LibraryUnavailableException unavailable(String cause, String remedy, @Nullable Throwable origin) {
        return new LibraryUnavailableException("of JNA", cause, remedy, origin);
    }

    /** Checks that all segments of a library are in the file. Access to one beyond the end of the file would end the process. */
    static void requireComplete(Path file) {
        try {
            ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (isComplete(content)) {
                return;
            }
        } catch (IOException e) {
            throw new LibraryUnavailableException(file.toString(), "it could not be read: " + e, "make it readable", e);
        }
        throw new LibraryUnavailableException(
                file.toString(), "it is not a complete 64-bit ELF file", "copy it out of the JNA jar again");
    }

    private static boolean isComplete(ByteBuffer content) {
        if (content.limit() < HEADER_BYTES || content.getInt(0) != ELF_MAGIC) {
            return false;
        }
        long headers = content.getLong(HEADERS_AT);
        int count = content.getShort(HEADER_COUNT_AT);
        if (headers < 0 || headers > content.limit() - (long) count * PROGRAM_HEADER_BYTES) {
            return false;
        }
        for (int at = (int) headers; at < headers + (long) count * PROGRAM_HEADER_BYTES; at += PROGRAM_HEADER_BYTES) {
            if (content.getLong(at + SEGMENT_OFFSET_AT) > content.limit() - content.getLong(at + SEGMENT_BYTES_AT)) {
                return false;
            }
        }
        return true;
    }
}
