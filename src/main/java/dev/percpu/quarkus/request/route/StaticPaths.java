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
     * Returns the paths of all files below {@code META-INF/resources}, and of the folders with an index page, except {@code /}. Call it on
     * a thread that may block: it reads folders and archives.
     *
     * @param root path under which Quarkus serves the application; {@code /} by default
     */
    public static Set<String> ofApplication(String root) {
        Set<String> paths = new TreeSet<>();
        try {
            ClassPathUtils.consumeAsPaths(FOLDER, folder -> addFiles(folder, root, paths));
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Static resources could not be listed; requests for them are recorded with uri=\"UNKNOWN\"", e);
        }
        return Set.copyOf(paths);
    }

    private static void addFiles(Path folder, String root, Set<String> paths) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .map(file -> UriLabels.join(root, file))
                    .forEach(path -> {
                        paths.add(path);
                        // The path / has the value root.
                        if (path.endsWith(INDEX) && !path.equals(INDEX)) {
                            paths.add(path.substring(0, path.length() - INDEX.length()));
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
