package dev.percpu.quarkus.request.route;

import io.quarkus.runtime.util.ClassPathUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The paths under which Quarkus serves the static resources of an application. Stateless. */
public final class StaticPaths {

    private static final Logger LOG = Logger.getLogger(StaticPaths.class);
    private static final String FOLDER = "META-INF/resources";
    private static final String INDEX = "/index.html";

    private StaticPaths() {}

    /**
     * The paths of all files below {@code META-INF/resources}, and of the folders that have an index page; {@code /} is not named. Reads
     * folders and archives, so it is not for an event loop.
     *
     * @param root the path under which all of the application is, {@code /} if there is none
     */
    public static Set<String> ofApplication(String root) {
        Set<String> paths = new TreeSet<>();
        try {
            ClassPathUtils.consumeAsPaths(FOLDER, folder -> addFiles(folder, root, paths));
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("The static resources cannot be listed; requests for them have the uri UNKNOWN", e);
        }
        return Set.copyOf(paths);
    }

    private static void addFiles(Path folder, String root, Set<String> to) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .map(file -> UriLabels.join(root, file))
                    .forEach(path -> {
                        to.add(path);
                        // The root itself has a value of its own.
                        if (path.endsWith(INDEX) && !path.equals(INDEX)) {
                            to.add(path.substring(0, path.length() - INDEX.length()));
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
