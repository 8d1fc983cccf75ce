package dev.percpu.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program kubectl, which renders kustomizations without a cluster. Immutable. */
public final class Kubectl {

    /** The kustomization files have fields that older versions do not know. */
    private static final int KUSTOMIZE = 5;

    private static final Pattern VERSION = Pattern.compile("Kustomize Version: v(\\d+)\\.");

    private final String program;

    /** @param program path, or a name on PATH */
    public Kubectl(String program) {
        this.program = program;
    }

    /** Returns the kubectl on PATH, unless it is too old. */
    public static Optional<Kubectl> installed() throws InterruptedException {
        try {
            Matcher version = VERSION.matcher(new Kubectl("kubectl").run("version", "--client"));
            return version.find() && Integer.parseInt(version.group(1)) >= KUSTOMIZE
                    ? Optional.of(new Kubectl("kubectl"))
                    : Optional.empty();
        } catch (IOException noSuchProgram) {
            return Optional.empty();
        }
    }

    /**
     * Renders a kustomization.
     *
     * @throws AssertionError with kubectl's output if kubectl fails
     */
    public Manifests render(Path directory) throws IOException, InterruptedException {
        return Manifests.parse(run("kustomize", directory.toString()));
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + output);
        }
        return output;
    }
}
