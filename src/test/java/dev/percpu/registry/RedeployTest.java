package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.JavaProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An application in a server that deploys it again and again, in a process of its own. */
class RedeployTest {
    @Test
    void shouldLeaveNothingOfClosedApplications() throws Exception {
        assertThat(deploy("shared", 15))
                .contains("regions before: some")
                .endsWith("loaders: 0, threads: [], regions: 0 KiB");
    }

    /** JNA keeps a thread, and with it the loader, for half a minute after its last use. */
    @Test
    @Tag("acceptance")
    void shouldLeaveNothingOfClosedApplicationsWithAJnaOfTheirOwn() throws Exception {
        assertThat(deploy("own", 90))
                .contains("regions before: some")
                .endsWith("loaders: 0, threads: [], regions: 0 KiB");
    }

    private static String deploy(String jna, int seconds) throws Exception {
        JavaProgram.Ended server = new JavaProgram(RedeployMain.class)
                .option("-Xmx256m")
                // Caches of the JDK may keep an application until there is no more memory.
                .option("-XX:SoftRefLRUPolicyMSPerMB=0")
                .run(jna, "20", Integer.toString(seconds));
        assertThat(server.exitCode()).as(server.output()).isZero();
        return server.output();
    }
}
