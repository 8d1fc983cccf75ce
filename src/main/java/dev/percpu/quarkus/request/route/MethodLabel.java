package dev.percpu.quarkus.request.route;

import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * The values of the label {@code method}: the methods of RFC 9110, and PATCH (RFC 5789). Every other method is {@link #UNKNOWN}: a client
 * can send any token as a method, and each would become a series (CVE-2022-21698).
 */
public enum MethodLabel {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    CONNECT,
    OPTIONS,
    TRACE,
    PATCH,
    UNKNOWN;

    /** The number of values. */
    static final int COUNT = values().length;

    /** Returns the value for the method of a request. Methods are case-sensitive: {@code get} is unknown. */
    public static MethodLabel of(@Nullable HttpMethod method) {
        if (method == null) {
            return UNKNOWN;
        }
        return switch (method.name()) {
            case "GET" -> GET;
            case "HEAD" -> HEAD;
            case "POST" -> POST;
            case "PUT" -> PUT;
            case "DELETE" -> DELETE;
            case "CONNECT" -> CONNECT;
            case "OPTIONS" -> OPTIONS;
            case "TRACE" -> TRACE;
            case "PATCH" -> PATCH;
            default -> UNKNOWN;
        };
    }
}
