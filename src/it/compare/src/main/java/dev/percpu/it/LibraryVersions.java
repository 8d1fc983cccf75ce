package dev.percpu.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The versions of libraries that an example ran with, compared with those in its file {@code versions.properties}. The migration document
 * has a table of all these files. Stateless.
 */
public final class LibraryVersions {
    private static final Path FILE = Path.of("versions.properties");

    /** Artifacts by the name that the document gives them. */
    private static final Map<String, String> ARTIFACTS = new LinkedHashMap<>();

    static {
        ARTIFACTS.put("Spring-Boot", "spring-boot");
        ARTIFACTS.put("Quarkus", "quarkus-core");
        ARTIFACTS.put("Vert.x", "vertx-core");
        ARTIFACTS.put("Micrometer", "micrometer-core");
        ARTIFACTS.put("Prometheus-client", "prometheus-metrics-core");
        ARTIFACTS.put("JNA", "jna");
    }

    private LibraryVersions() {}

    /**
     * Compares the versions with the file.
     *
     * @param jars names of the jars that the application has, with or without folders
     * @throws AssertionError with the content that the file must have
     */
    public static void check(Collection<String> jars) throws IOException {
        StringBuilder versions = new StringBuilder();
        ARTIFACTS.forEach((title, artifact) -> {
            Pattern jar = Pattern.compile("(?:.*[/.])?" + artifact + "-(\\d[\\w.]*?)\\.jar");
            for (String name : jars) {
                Matcher matcher = jar.matcher(name);
                if (matcher.matches()) {
                    versions.append(title).append('=').append(matcher.group(1)).append('\n');
                    return;
                }
            }
        });
        versions.append("JDK=").append(Runtime.version().feature()).append('\n');
        String listed = Files.exists(FILE) ? Files.readString(FILE) : "nothing";
        if (!listed.contentEquals(versions)) {
            throw new AssertionError(FILE.toAbsolutePath() + " must be\n" + versions + "but was\n" + listed);
        }
    }
}
