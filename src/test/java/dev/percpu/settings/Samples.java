package dev.percpu.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Texts for a type, derived from its bounds: allowed ones with their values, the edges among them, and rejected ones, which are just
 * outside the edges or of another kind. A new type does not compile here until it has its samples.
 */
record Samples(Map<String, Object> allowed, List<String> rejected) {

    static Samples of(SettingType<?> type) {
        return switch (type) {
            case SettingType.Flag() ->
                new Samples(
                        Map.of("true", true, "false", false, " TRUE\t", true),
                        List.of("", " ", "yes", "1", "truefalse"));
            case SettingType.Choice<?> choice -> choice(choice);
            case SettingType.WholeNumber(int min, int max) ->
                new Samples(
                        Map.of("" + min, min, "" + max, max, " " + max + "\n", max),
                        List.of("", " ", "" + (min - 1L), "" + (max + 1L), min + ".5", "1e1", "many", min + " " + max));
            case SettingType.PositiveNumber() ->
                new Samples(
                        Map.of("1e-9", 1e-9, "0.5", 0.5, "3", 3.0, "1e300", 1e300),
                        List.of("", " ", "0", "-1", "1e-400", "1e400", "NaN", "Infinity", "some"));
            case SettingType.TimeSpan span -> timeSpan(span);
            case SettingType.Folder(String file) ->
                new Samples(
                        Map.of("/no/such/folder", Optional.of(Path.of("/no/such/folder"))),
                        List.of("", " ", "\0" + file));
            case SettingType.File() ->
                new Samples(Map.of("/no/such/file", Optional.of(Path.of("/no/such/file"))), List.of("", " ", "\0file"));
            case SettingType.UnixSocket() ->
                new Samples(
                        Map.of(
                                "/run/s.socket ",
                                Optional.of(Path.of("/run/s.socket")),
                                "/" + "é".repeat(53),
                                Optional.of(Path.of("/" + "é".repeat(53)))),
                        List.of("", " ", "\0file", "/" + "é".repeat(53) + "s"));
            case SettingType.Endpoint() -> endpoint();
            case SettingType.ByteSize size -> byteSize(size);
            case SettingType.Text() -> new Samples(Map.of(" a b", Optional.of("a b")), List.of("", " "));
            case SettingType.ItemText() -> new Samples(Map.of(" a.b", "a.b"), List.of("", " "));
            case SettingType.Expression() -> new Samples(Map.of(" [0-9]+", "[0-9]+"), List.of("/a(", "*"));
            case SettingType.Rewrite() ->
                new Samples(Map.of("[0-9]+ = /x=y", "[0-9]+=/x=y"), List.of("", "/a", "=/b", "/a(=/b"));
            case SettingType.ValueOrWord<?>(String word, SettingType<?> value) -> orWord(word, of(value));
            case SettingType.ListOf<?>(SettingType<?> item) -> list(of(item));
        };
    }

    private static Samples choice(SettingType.Choice<?> choice) {
        Map<String, Object> allowed = new LinkedHashMap<>();
        for (Enum<?> constant : choice.type().getEnumConstants()) {
            allowed.put(constant.name(), constant);
            allowed.put(" " + constant.name().toLowerCase(Locale.ROOT), constant);
        }
        return new Samples(
                allowed, List.of("", " ", "no such word", "0", choice.words().getFirst() + ",", "_"));
    }

    private static Samples endpoint() {
        Map<String, Object> allowed = Map.of(
                "8125", new ListenAddress("127.0.0.1", 8125),
                "0", new ListenAddress("127.0.0.1", 0),
                " 0.0.0.0:65535", new ListenAddress("0.0.0.0", 65535),
                "statsd-1.example:8125", new ListenAddress("statsd-1.example", 8125),
                "[::1]:8125", new ListenAddress("::1", 8125),
                "[2001:db8::7]:1 ", new ListenAddress("2001:db8::7", 1));
        return new Samples(
                allowed,
                List.of(
                        "",
                        " ",
                        ":8125",
                        "*:8125",
                        "65536",
                        "-1",
                        "127.0.0.1",
                        "127.0.0.1:",
                        "127.0.0.1:65536",
                        "127.0.0.1:8125/udp",
                        "udp://127.0.0.1:8125",
                        "::1:8125",
                        "[::1]",
                        "[::1]8125",
                        "[statsd]:8125",
                        "[::g]:8125",
                        "[]:8125",
                        "on"));
    }

    private static Samples byteSize(SettingType.ByteSize size) {
        Map<String, Object> allowed = new LinkedHashMap<>();
        for (long edge : List.of(size.min(), size.max())) {
            allowed.put("" + edge, edge);
            allowed.put(" " + SettingType.ByteSize.format(edge) + " ", edge);
            allowed.put(edge / 1024 + "k", edge);
            allowed.put(edge / 1024 + "K", edge);
        }
        return new Samples(
                allowed,
                List.of(
                        "",
                        " ",
                        "0",
                        "-1",
                        "1.5M",
                        "4 M",
                        "4MB",
                        "M",
                        "1T",
                        "large",
                        "" + (size.min() - 1),
                        "" + (size.max() + 1),
                        size.max() / 1024 + 1 + "K",
                        "17179869184G",
                        "999999999999999999G",
                        "99999999999999999999"));
    }

    private static Samples timeSpan(SettingType.TimeSpan span) {
        Map<String, Object> allowed = new LinkedHashMap<>();
        for (Duration edge : List.of(span.min(), span.max())) {
            allowed.put(edge.toString(), edge);
            allowed.put(" " + edge.toNanos() + "ns", edge);
        }
        Stream<String> rejected = Stream.of(
                "",
                " ",
                "0s",
                "-1s",
                span.min().minusNanos(1).toString(),
                span.max().plusNanos(1).toString(),
                span.max().toNanos() + "1ns",
                "soon",
                "5 fortnights",
                "1e3s",
                "P1Y");
        Duration one = Durations.parse("1", span.plain());
        Duration edge = one.compareTo(span.min()) < 0 ? span.min() : one;
        allowed.put("" + edge.dividedBy(one), edge);
        String aboveMax = "" + span.max().plus(one).dividedBy(one);
        return new Samples(
                allowed,
                Stream.concat(rejected, Stream.of("0", "-1", "1.5", aboveMax)).toList());
    }

    private static Samples orWord(String word, Samples value) {
        Map<String, Object> allowed = new LinkedHashMap<>();
        value.allowed.forEach((text, it) -> allowed.put(text, Optional.of(it)));
        allowed.put(word, Optional.empty());
        allowed.put(word.toUpperCase(Locale.ROOT) + " ", Optional.empty());
        return new Samples(
                allowed,
                Stream.concat(value.rejected.stream(), Stream.of(word + word)).toList());
    }

    private static Samples list(Samples item) {
        Map<String, Object> allowed = new LinkedHashMap<>();
        allowed.put("", List.of());
        allowed.put(" ", List.of());
        item.allowed.forEach((text, value) -> allowed.put(text, List.of(value)));
        allowed.put(String.join(", ,", item.allowed.keySet()) + ",", List.copyOf(item.allowed.values()));
        String first = item.allowed.keySet().iterator().next();
        Stream<String> rejected = item.rejected.stream()
                .filter(text -> !text.isBlank())
                .flatMap(text -> Stream.of(text, first + "," + text));
        return new Samples(allowed, rejected.toList());
    }

    /** Returns a value in a form that can be compared: regular expressions by their text. */
    static Object comparable(Object value) {
        return switch (value) {
            case Pattern pattern -> pattern.pattern();
            case UriRewrite(Pattern pattern, String uri) -> pattern.pattern() + "=" + uri;
            case List<?> list -> list.stream().map(Samples::comparable).toList();
            default -> value;
        };
    }
}
