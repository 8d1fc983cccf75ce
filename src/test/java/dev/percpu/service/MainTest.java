package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.CommitMode;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.RseqMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MainTest {

    @Test
    void shouldDescribeTheStateInPlainWords() {
        String libc = RseqProbe.status().host().libc().name();

        assertThat(Main.rseq(status(AreaOwner.LIBC, CommitMode.RSEQ, null), 2))
                .isEqualTo("rseq on (" + libc + "), 2 shards");
        assertThat(Main.rseq(status(AreaOwner.LEGACY, CommitMode.RSEQ, null), 1))
                .isEqualTo("rseq on (another library), 1 shard");
        assertThat(Main.rseq(status(AreaOwner.SELF, CommitMode.RSEQ, null), 64))
                .isEqualTo("rseq on (registered by this service), 64 shards");
        assertThat(Main.rseq(status(AreaOwner.NONE, CommitMode.ATOMIC, "a sandbox denies it"), 2))
                .isEqualTo("rseq off (a sandbox denies it), 2 shards");
    }

    private static RseqStatus status(AreaOwner owner, CommitMode mode, @Nullable String reason) {
        RseqStatus here = RseqProbe.status();
        return new RseqStatus(
                owner, mode, RseqMode.AUTO, reason, here.indexedBy(), here.area(), here.host(), here.selfTest(), true);
    }
}
