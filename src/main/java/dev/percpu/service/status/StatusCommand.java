package dev.percpu.service.status;

import dev.percpu.rseq.FindingFacts;
import dev.percpu.rseq.FindingRule;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code --rseq-status [--json]}: prints what rseq does in a process like this one, without a start of the server. Stateless.
 *
 * <p>It reads settings from system properties and environment variables, but not from {@code config/application.properties}.
 */
public final class StatusCommand {
    /** The argument that selects this command. */
    public static final String OPTION = "--rseq-status";

    static final int EXIT_RSEQ = 0;
    static final int EXIT_ERROR = 1;
    static final int EXIT_ATOMIC = 3;

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
        }
    }

    private static RseqReport report() {
        Optional<Path> folder = read(Settings.NATIVE_DIR);
        if (folder.isPresent()) {
            System.setProperty(Settings.NATIVE_DIR.key(), folder.get().toString());
        }
        RseqStatus status = RseqProbe.status(read(Settings.RSEQ_MODE), read(Settings.SHARD_INDEX));
        return RseqReport.withoutRegistry(
                status, FindingRule.findings(FindingFacts.of(status, status, RecentRecords.NONE)));
    }

    private static <T> T read(Setting<T> setting) {
        return setting.read(StatusCommand::configured);
    }

    private static @Nullable String configured(String key) {
        String property = System.getProperty(key);
        return property == null ? System.getenv(Setting.variable(key)) : property;
    }
}
