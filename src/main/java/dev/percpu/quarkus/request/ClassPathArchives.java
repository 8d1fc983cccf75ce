package dev.percpu.quarkus.request;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** The archives of which class loaders may open each one, and then need a descriptor for it. */
final class ClassPathArchives {
    private ClassPathArchives() {}

    /** Returns how many archives are on the class path of this process. */
    static int count() {
        return of(System.getProperty("java.class.path")).size();
    }

    /**
     * Returns the archives of a class path: those that it names, and those in the folder {@code lib} beside one of them, where Quarkus
     * packages the dependencies of an application.
     */
    static Collection<Path> of(String classPath) {
        Set<Path> archives = new HashSet<>();
        for (String element : classPath.split(File.pathSeparator)) {
            Path path = Path.of(element).toAbsolutePath().normalize();
            if (isArchive(path)) {
                archives.add(path);
                archives.addAll(in(path.resolveSibling("lib")));
            }
        }
        return archives;
    }

    private static Collection<Path> in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(ClassPathArchives::isArchive).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isArchive(Path path) {
        return path.toString().endsWith(".jar") && Files.isRegularFile(path);
    }
}
