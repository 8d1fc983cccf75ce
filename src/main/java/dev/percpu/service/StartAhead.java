package dev.percpu.service;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The work of the start that a second thread can do ahead of the first: it initializes what takes long in the JDK, and loads the classes of
 * the start. The first thread then finds them done. Without it, the other CPU would be idle for a third of the start.
 *
 * <p>Classes of a list are loaded but not initialized, so the order of static initializers stays as it is. Class loaders that are capable of
 * parallel loading, as that of Quarkus is, load a class once, in the thread that needs it first.
 */
final class StartAhead {

    private StartAhead() {}

    /**
     * Starts the thread. It loads the classes that are listed in the file {@code start-classes} beside the jar that {@code java -jar} has
     * started. {@code make run} writes it before the first start. The image has none: its classes come from the AOT cache.
     */
    static void begin() {
        Path list = Path.of(System.getProperty("java.class.path")).resolveSibling("start-classes");
        Thread.ofPlatform().daemon().name("start-ahead").start(() -> {
            initialize();
            if (Files.isRegularFile(list)) {
                load(list, StartAhead.class.getClassLoader());
            }
        });
    }

    /** Initializes parts of the JDK: authentication needs the security providers, and the meters of the JVM the tables of large numbers. */
    private static void initialize() {
        Security.getProviders();
        var _ = BigDecimal.valueOf(1);
    }

    /**
     * Loads classes in the order of a list. One that cannot be loaded is left to the thread that needs it.
     *
     * @param list a file with a class name per line
     */
    static void load(Path list, ClassLoader loader) {
        for (String name : names(list)) {
            try {
                Class.forName(name, false, loader);
            } catch (ClassNotFoundException | LinkageError e) {
                // The list is older than the package.
            }
        }
    }

    private static List<String> names(Path list) {
        try {
            return Files.readAllLines(list);
        } catch (IOException e) {
            Logger.getLogger("dev.percpu").warnf("The start takes longer: %s cannot be read (%s)", list, e);
            return List.of();
        }
    }
}
