package dev.percpu.quarkus.request;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A key and a certificate of no authority, made by the JDK's keytool, for servers of tests. Stateless. */
final class TestCertificate {

    static final String PASSWORD = "for-tests";

    private TestCertificate() {}

    /** The path of a key store of type PKCS 12, made anew. */
    static String keyStore() throws IOException {
        Path store = Path.of("target", "test-key-store.p12").toAbsolutePath();
        Files.deleteIfExists(store);
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost"))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), Charset.defaultCharset());
        try {
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool: " + said);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return store.toString();
    }
}
