package dev.percpu.acceptance;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The root folder of the container image. It is made as {@code deploy/Dockerfile} says, whose instructions are read here, but without a
 * container engine: the base image is unpacked from its Debian packages.
 *
 * @param root the root folder, with the trained AOT cache
 * @param entryPoint the command of a container
 * @param environment the variables of a container
 * @param user user and group of a container
 */
record ServiceImage(Path root, List<String> entryPoint, Map<String, String> environment, String user) {
    private static final Path TOP =
            Path.of(System.getProperty("test.basedir", "")).toAbsolutePath();
    private static final Path TARGET = TOP.resolve("target");
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static ServiceImage built;

    ServiceImage {
        entryPoint = List.copyOf(entryPoint);
        environment = Map.copyOf(environment);
    }

    /** Returns the image of this source tree. The first call lays it out. */
    static synchronized ServiceImage build() throws IOException, InterruptedException {
        if (built == null) {
            built = lay(Files.createDirectories(TARGET.resolve("image-root")));
        }
        return built;
    }

    private static ServiceImage lay(Path root) throws IOException, InterruptedException {
        if (!Files.isDirectory(TARGET.resolve("image"))) {
            throw new AssertionError("The files of the image must be in " + TARGET + "/image. Run: make acceptance");
        }
        String dockerfile = Files.readString(TOP.resolve("deploy/Dockerfile"));
        run("rm", "-rf", root.toString());
        run("cp", "-a", Testbeds.distroless().toString(), root.toString());
        run("cp", "-a", TARGET + "/image/.", root.toString());
        run("chmod", "1777", root.resolve("tmp").toString());
        ServiceImage image = new ServiceImage(
                root, command(dockerfile, "ENTRYPOINT"), environment(dockerfile), line(dockerfile, "USER (\\S+)"));
        image.train(command(dockerfile, "RUN"));
        image.copyCache(dockerfile);
        return image;
    }

    /** Trains the AOT cache in a container whose /tmp is writable, as it is in a build. */
    private void train(List<String> command) throws IOException, InterruptedException {
        Path training = root.resolve("training");
        run("cp", "-a", TARGET.resolve("training").toString(), training.toString());
        run(ServiceContainer.offline(this).run(command).toArray(String[]::new));
        run("rm", "-r", training.toString());
    }

    /** Copies the cache as the last stage does. The builders keep the owner of a file of another stage unless the instruction changes it. */
    private void copyCache(String dockerfile) throws IOException, InterruptedException {
        Path to = root.resolve("app/service.aot");
        run("cp", "-a", root + line(dockerfile, "COPY --from=training .*?(\\S+) /app/service.aot"), to.toString());
        if (dockerfile.contains("COPY --from=training --chown=0:0 ")) {
            run("chown", "0:0", to.toString());
        }
        run("sh", "-c", "rm -rf " + root + "/tmp/*");
    }

    private static List<String> command(String dockerfile, String instruction) throws IOException {
        return JSON.readValue(line(dockerfile, instruction + " (\\[\"java\".*])"), new TypeReference<>() {});
    }

    private static Map<String, String> environment(String dockerfile) {
        Map<String, String> variables = new TreeMap<>();
        for (String variable : line(dockerfile, "ENV (.*)").split(" ")) {
            variables.put(variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1));
        }
        return variables;
    }

    private static String line(String dockerfile, String pattern) {
        Matcher matcher =
                Pattern.compile("^" + pattern + "$", Pattern.MULTILINE).matcher(dockerfile);
        if (!matcher.find()) {
            throw new AssertionError("deploy/Dockerfile must have a line " + pattern);
        }
        return matcher.group(1);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        Program.start("image", Files.createDirectories(TARGET.resolve("image-log")), words)
                .awaitEnd(TIMEOUT);
    }
}
