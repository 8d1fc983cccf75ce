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

    /** Returns the kubectl on PATH, unless it fails or is too old. */
    public static Optional<Kubectl> installed() throws InterruptedException {
        return usable("kubectl");
    }

    /** Returns a program if it is a kubectl that is not too old. */
    static Optional<Kubectl> usable(String program) throws InterruptedException {
        Kubectl kubectl = new Kubectl(program);
        try {
            Result result = kubectl.run("version", "--client");
            Matcher version = VERSION.matcher(result.output);
            return result.code == 0 && version.find() && Integer.parseInt(version.group(1)) >= KUSTOMIZE
                    ? Optional.of(kubectl)
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
        Result result = run("kustomize", directory.toString());
        if (result.code != 0) {
            throw new AssertionError(program + " kustomize " + directory + " failed: " + result.output);
        }
        return Manifests.parse(result.output);
    }

    private record Result(int code, String output) {}

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
