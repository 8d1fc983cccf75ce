package dev.percpu.rseq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessEnvironmentTest {

    @ParameterizedTest
    @CsvSource({
        "glibc.pthread.rseq=0,true",
        "glibc.pthread.rseq=0x0,true",
        "glibc.malloc.check=1:glibc.pthread.rseq=0:glibc.mem.tagging=1,true",
        "glibc.pthread.rseq=1:glibc.pthread.rseq=0,true",
        "glibc.pthread.rseq=0:glibc.pthread.rseq=1,false",
        "glibc.pthread.rseq=1,false",
        "glibc.pthread.rseq=,false",
        "glibc.pthread.rseq,false",
        "'',false"
    })
    void shouldReadTunables(String tunables, boolean off) {
        assertThat(ProcessEnvironment.turnsRseqOff(tunables)).isEqualTo(off);
    }

    @Test
    void shouldRecogniseGvisor() {
        assertThat(ProcessEnvironment.isGvisor("4.4.0", "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016"))
                .isTrue();
        assertThat(ProcessEnvironment.isGvisor("4.19.0-gvisor", "Linux version 4.19.0-gvisor"))
                .isTrue();
        assertThat(ProcessEnvironment.isGvisor(
                        "6.1.0-9-cloud-amd64", "Linux version 6.1.0-9-cloud-amd64 (debian-kernel)"))
                .isFalse();
    }

    @Test
    void shouldFindTheLibraryThatDefinesASymbol() {
        assertThat(MappedLibraries.defining("JNI_CreateJavaVM"))
                .singleElement()
                .asString()
                .endsWith("/libjvm.so");
        // Mapped libraries refer to it, one defines it.
        assertThat(MappedLibraries.defining("dlopen"))
                .allMatch(file -> file.contains("/libc") || file.contains("/ld-"));
        assertThat(MappedLibraries.defining("no_such_symbol")).isEmpty();
    }

    @Test
    void shouldSkipFilesThatAreNoLibraries(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "__rseq_abi");
        Path cut = folder.resolve("cut");
        Path jvm = Path.of(MappedLibraries.defining("JNI_CreateJavaVM").getFirst());
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(jvm), 1_000));

        assertThat(List.of(text, cut, Files.createFile(folder.resolve("empty")), folder, folder.resolve("missing")))
                .noneMatch(file -> MappedLibraries.defines(file, "__rseq_abi"));
    }
}
