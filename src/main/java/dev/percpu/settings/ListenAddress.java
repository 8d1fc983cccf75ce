package dev.percpu.settings;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port to listen on. Immutable.
 *
 * @param host name or address of an interface of this machine; an IPv6 address has no brackets
 * @param port 0 to 65,535; 0 for any free port
 */
public record ListenAddress(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(?:(?:\\[(?<six>[^\\[\\]]+)]|(?<name>[A-Za-z0-9._-]+)):)?(?<port>\\d{1,5})");
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MAX_PORT = 65_535;

    /**
     * Parses {@code host:port}, {@code [IPv6 address]:port}, or a port, which is on the loopback interface.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    static ListenAddress parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException();
        }
        int port = Integer.parseInt(form.group("port"));
        if (port > MAX_PORT) {
            throw new IllegalArgumentException();
        }
        String six = form.group("six");
        if (six != null) {
            Inet6Address.ofLiteral(six);
            return new ListenAddress(six, port);
        }
        String name = form.group("name");
        return new ListenAddress(name == null ? LOOPBACK : name, port);
    }

    /**
     * Returns the address that the host has now.
     *
     * @throws UnknownHostException if the host is a name without an address
     */
    public InetSocketAddress resolve() throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    /** Returns the form of the configuration, such as {@code 127.0.0.1:8125} or {@code [::1]:8125}. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
