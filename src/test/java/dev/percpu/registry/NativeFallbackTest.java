package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import dev.percpu.JavaProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can go wrong with the native library, each in a process of its own. */
class NativeFallbackTest {
    private static final String ARCH = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";

    @TempDir
    private Path folder;

    @Test
    void shouldRecordWithoutJna() throws Exception {
        assertFallback(
                () -> new JavaProgram(FallbackMain.class).classPath(libraries("(?!.*/jna-).*")),
                "of JNA cannot be used: it is not on the class path");
    }

    @Test
    void shouldRecordWithAJnaThatIsTooOld() throws Exception {
        Path source = Files.writeString(
                folder.resolve("Native.java"),
                "package com.sun.jna; public class Native { public static final int POINTER_SIZE ="
                        + " Integer.getInteger(\"size\", 8); }");
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString()))
                .isZero();
        Path jar = folder.resolve("old.jar");
        try (JarOutputStream out =
                new JarOutputStream(Files.newOutputStream(jar), manifest("com.sun.jna", "5.2.0 (b2)"))) {
            out.putNextEntry(new ZipEntry("com/sun/jna/Native.class"));
            Files.copy(folder.resolve("Native.class"), out);
        }

        assertFallback(
                () -> new JavaProgram(FallbackMain.class).classPath(jar + ":" + JavaProgram.libraries()),
                "its version on the class path is 5.2.0 (b2), but must be at least 5.8.0");
    }

    /** An application may have the classes of its libraries in its own jar, with its own manifest. */
    @Test
    void shouldUseAJnaInTheJarOfAnApplication() throws Exception {
        Path jar = folder.resolve("application.jar");
        try (JarOutputStream out =
                        new JarOutputStream(Files.newOutputStream(jar), manifest("application", "0.1.0-SNAPSHOT"));
                JarFile jna = new JarFile(libraries(".*/jna-.*"))) {
            for (JarEntry entry : Collections.list(jna.entries())) {
                if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    jna.getInputStream(entry).transferTo(out);
                }
            }
        }

        JavaProgram.Ended program = new JavaProgram(FallbackMain.class)
                .classPath(jar + ":" + libraries("(?!.*/jna-).*"))
                .option("-Dpercpu.native.required=true")
                .run();

        assertThat(program.exitCode()).as(program.output()).isZero();
        assertThat(program.output()).contains("orders_total 3.0");
    }

    private static Manifest manifest(String title, String version) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_TITLE, title);
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        return manifest;
    }

    @Test
    void shouldRecordWithAJnaThatOtherCodeCouldNotLoad() throws Exception {
        assertFallback(
                () -> new JavaProgram(FailedJnaMain.class).option("-Djna.nounpack=true"),
                "of JNA cannot be used: java.lang.ExceptionInInitializerError",
                "Could not find JNA native support");
    }

    @Test
    void shouldRecordWithATemporaryFolderThatIsNotNamedInAscii() throws Exception {
        Path named = Files.createDirectory(folder.resolve("caf\u00e9"));

        assertFallback(
                () -> new JavaProgram(FallbackMain.class)
                        .variable("LC_ALL", "C")
                        .launcher("sh", "-c", "exec \"$0\" -Djava.io.tmpdir=" + folder + "/caf* \"$@\""),
                "cannot be used");
        assertThat(named).exists();
    }

    @Test
    void shouldRecordWithALibraryThatIsCutOff() throws Exception {
        Path library = copy("/META-INF/native/linux-" + ARCH + "/libpercpu.so", "libpercpu.so");
        Files.write(library, Arrays.copyOf(Files.readAllBytes(library), 5000));

        assertFallback(this::fromFolder, "it has 5000 bytes");
    }

    @Test
    void shouldRecordWithALibraryOfJnaThatIsCutOff() throws Exception {
        copy("/META-INF/native/linux-" + ARCH + "/libpercpu.so", "libpercpu.so");
        Path jna = copyOfJna();
        Files.write(jna, Arrays.copyOf(Files.readAllBytes(jna), 5000));

        assertFallback(this::fromFolder, jna + " cannot be used: it is not a complete 64-bit ELF file");
    }

    @Test
    void shouldNeedNoOtherFolderThanTheConfiguredOne() throws Exception {
        copy("/META-INF/native/linux-" + ARCH + "/libpercpu.so", "libpercpu.so");
        copyOfJna();

        JavaProgram.Ended program = fromFolder()
                .option("-Djava.io.tmpdir=/proc/no-such-folder")
                .option("-Dpercpu.native.required=true")
                .run();

        assertThat(program.exitCode()).as(program.output()).isZero();
        assertThat(program.output()).contains("orders_total 3.0");
    }

    @Test
    void shouldNameBothVersionsOfAJnaThatDoesNotFit() throws Exception {
        copy("/META-INF/native/linux-" + ARCH + "/libpercpu.so", "libpercpu.so");
        Path jna = copyOfJna();
        // The library has a compatible version, such as 7.0.2 for 7.0.4.
        String version = Native.VERSION_NATIVE;
        String compatible = Pattern.quote(version.substring(0, version.lastIndexOf('.'))) + "\\.\\d";
        String content = Files.readString(jna, StandardCharsets.ISO_8859_1);
        Files.writeString(jna, content.replaceAll(compatible, "3.1.4"), StandardCharsets.ISO_8859_1);

        assertFallback(
                this::fromFolder,
                "its classes need a libjnidispatch.so of version " + version + ", but " + jna + " has version 3.1.4");
    }

    @Test
    void shouldRecordWithAWarningOnAnotherSystem() throws Exception {
        JavaProgram.Ended program =
                new JavaProgram(FallbackMain.class).option("-Dos.arch=riscv64").run();

        assertThat(program.exitCode()).as(program.output()).isZero();
        assertThat(program.output())
                .contains("orders_total 3.0")
                .containsOnlyOnce("WARNING: Records commit by JVM atomics")
                .contains("there is none for Linux on riscv64");
    }

    @Test
    void shouldFailOnThisSystemUnlessToldOtherwise() throws Exception {
        JavaProgram.Ended program = fromFolder().run();

        assertThat(program.exitCode()).as(program.output()).isOne();
        assertThat(program.output()).contains("there is no such readable file", "percpu.native.required=false");
    }

    @Test
    void shouldReportOnceHowRecordsCommit() throws Exception {
        JavaProgram.Ended program = new JavaProgram(FallbackMain.class)
                .option("-Dpercpu.rseq.mode=atomic")
                .run("twice");

        assertThat(program.output())
                .containsOnlyOnce("INFO: Records commit by atomic instructions, as configured by percpu.rseq.mode")
                .contains("orders_total 3.0");
    }

    private interface Programs {
        JavaProgram create();
    }

    /** Fails if the library is required, and records by JVM atomics if it is not. */
    private static void assertFallback(Programs programs, String... cause) throws Exception {
        JavaProgram.Ended required =
                programs.create().option("-Dpercpu.native.required=true").run();
        assertThat(required.exitCode()).as(required.output()).isOne();
        assertThat(required.output()).contains("IllegalStateException").contains(cause);

        JavaProgram.Ended fallback =
                programs.create().option("-Dpercpu.native.required=false").run();
        assertThat(fallback.exitCode()).as(fallback.output()).isZero();
        assertThat(fallback.output()).contains("orders_total 3.0", "checkout_seconds_count 1", "mode=\"atomic\"");
    }

    private JavaProgram fromFolder() {
        return new JavaProgram(FallbackMain.class).option("-Dpercpu.native.dir=" + folder);
    }

    private Path copyOfJna() throws IOException {
        return copy("/com/sun/jna/linux-" + ARCH.replace('_', '-') + "/libjnidispatch.so", "libjnidispatch.so");
    }

    private Path copy(String resource, String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = NativeFallbackTest.class.getResourceAsStream(resource)) {
            Files.copy(in, file);
        }
        return file;
    }

    private static String libraries(String pattern) {
        return Stream.of(JavaProgram.libraries().split(":"))
                .filter(path -> path.matches(pattern))
                .collect(Collectors.joining(":"));
    }
}
