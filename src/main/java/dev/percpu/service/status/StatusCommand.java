package dev.percpu.service.status;

import dev.percpu.rseq.FindingFacts;
import dev.percpu.rseq.FindingRule;
import dev.percpu.rseq.RecentIngest;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code --rseq-status [--json]}: prints what rseq does in a process like this one, without a start of the server. Stateless.
 *
 * <p>It reads settings from system properties, environment variables and {@code config/application.properties}, in this order, as the server
 * does. Unlike the server, it does not read keys with a profile, such as {@code %prod.percpu.rseq.mode}, and {@code .env}.
 */
public final class StatusCommand {
    /** The argument that selects this command. */
    public static final String OPTION = "--rseq-status";

    static final int EXIT_RSEQ = 0;
    static final int EXIT_ERROR = 1;
    static final int EXIT_ATOMIC = 3;

    /** The configuration file of the server, in the working directory. */
    private static final Path CONFIGURATION = Path.of("config", "application.properties");

    private static final String JSON_OPTION = "--json";
    private static final String USAGE = "usage: java -jar quarkus-run.jar " + OPTION + " [" + JSON_OPTION + "]";

    private StatusCommand() {}

    /**
     * Prints the status to standard output, or an error to standard error.
     *
     * @return the exit code of the process: 0 if records commit in rseq critical sections, 3 if by atomics, 1 after an error
     */
    public static int run(List<String> arguments) {
        return run(arguments, System.out, System.err);
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        boolean json = arguments.contains(JSON_OPTION);
        if (arguments.size() != (json ? 2 : 1)) {
            err.println(USAGE);
            return EXIT_ERROR;
        }
        try {
            RseqReport report = report();
            String text = json ? RecordJson.of(report) + "\n" : StatusTable.of(report);
            out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return report.active() ? EXIT_RSEQ : EXIT_ATOMIC;
        } catch (IllegalArgumentException e) { // the value of a setting
            err.println(e.getMessage());
            return EXIT_ERROR;
        } catch (IOException e) {
            err.println(CONFIGURATION + " must be readable, but was not: " + e.getMessage());
            return EXIT_ERROR;
        }
    }

    private static RseqReport report() throws IOException {
        Properties file = new Properties();
        if (Files.exists(CONFIGURATION)) {
            try (Reader reader = Files.newBufferedReader(CONFIGURATION)) {
                file.load(reader);
            }
        }
        Function<String, @Nullable String> configured = key -> configured(key, file);
        Optional<Path> folder = Settings.NATIVE_DIR.read(configured);
        if (folder.isPresent()) {
            System.setProperty(Settings.NATIVE_DIR.key(), folder.get().toString());
        }
        RseqStatus status =
                RseqProbe.status(Settings.RSEQ_MODE.read(configured), Settings.SHARD_INDEX.read(configured));
        return RseqReport.withoutRegistry(
                status, FindingRule.findings(FindingFacts.of(status, status, RecentRecords.NONE, RecentIngest.NONE)));
    }

    private static @Nullable String configured(String key, Properties file) {
        String property = System.getProperty(key);
        if (property != null) {
            return property;
        }
        String variable = System.getenv(Setting.variable(key));
        return variable == null ? file.getProperty(key) : variable;
    }
}
