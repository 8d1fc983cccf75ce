package dev.percpu.quarkus.request;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The archives of the class path. A class loader needs a descriptor for each one that it opens. */
final class ClassPathArchives {
    /** Folders beside {@code quarkus-run.jar} with the dependencies of an application. */
    private static final List<String> DEPENDENCIES = List.of("lib/main", "lib/boot");

    private ClassPathArchives() {}

    /** Returns how many archives are on the class path of this process. */
    static int count() {
        return of(System.getProperty("java.class.path")).size();
    }

    /**
     * Returns the archives of a class path: those that it names, and the dependencies that Quarkus has packaged beside one of them.
     */
    static Collection<Path> of(String classPath) {
        Set<Path> archives = new HashSet<>();
        for (String element : classPath.split(File.pathSeparator)) {
            Path path = Path.of(element).toAbsolutePath().normalize();
            if (isArchive(path)) {
                archives.add(path);
                for (String folder : DEPENDENCIES) {
                    archives.addAll(in(path.resolveSibling(folder)));
                }
            }
        }
        return archives;
    }

    private static Collection<Path> in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(ClassPathArchives::isArchive).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isArchive(Path path) {
        return path.toString().endsWith(".jar") && Files.isRegularFile(path);
    }
}
