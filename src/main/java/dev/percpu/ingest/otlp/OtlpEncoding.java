package dev.percpu.ingest.otlp;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of requests and answers. Stateless.
 *
 * <p>In JSON, names are in lower camel case, 64-bit integers may be texts, enums are numbers or names, and unknown fields are ignored. The ids
 * of exemplars, which OTLP writes as hexadecimal digits, are not checked: exemplars are not used.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
 */
public enum OtlpEncoding {
    PROTOBUF("application/x-protobuf") {
        @Override
        ExportMetricsServiceRequest parse(byte[] body) throws IOException {
            return ExportMetricsServiceRequest.parseFrom(body);
        }

        @Override
        byte[] encode(ExportMetricsServiceResponse response) {
            return response.toByteArray();
        }

        @Override
        public byte[] status(int code, String message) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            try {
                out.writeInt32(1, code);
                out.writeString(2, message);
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // not from memory
            }
            return bytes.toByteArray();
        }
    },

    JSON("application/json") {
        @Override
        ExportMetricsServiceRequest parse(byte[] body) throws IOException {
            ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
            var decoder = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
            PARSER.merge(new InputStreamReader(new ByteArrayInputStream(body), decoder), request);
            return request.build();
        }

        @Override
        byte[] encode(ExportMetricsServiceResponse response) {
            return json(response).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] status(int code, String message) {
            StringBuilder json = new StringBuilder("{\"code\":").append(code).append(",\"message\":");
            AttributeText.appendString(message, json);
            return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        }
    };

    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private final String contentType;

    OtlpEncoding(String contentType) {
        this.contentType = contentType;
    }

    /**
     * Returns the encoding of a content type; null if there is none for it.
     *
     * @param contentType value of the header, with or without parameters; null without the header
     */
    public static @Nullable OtlpEncoding of(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
        for (OtlpEncoding encoding : values()) {
            if (encoding.contentType.equals(type)) {
                return encoding;
            }
        }
        return null;
    }

    /** Returns the content type of answers in this encoding. */
    public String contentType() {
        return contentType;
    }

    /**
     * Parses a request as a whole. Nothing of a malformed request is used.
     *
     * @throws MalformedRequestException if the body is not a request in this encoding
     */
    public ExportMetricsServiceRequest request(byte[] body) throws MalformedRequestException {
        try {
            return parse(body);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedRequestException("body must be an ExportMetricsServiceRequest in " + contentType
                    + ", but was not: " + e.getMessage());
        } catch (CharacterCodingException e) {
            throw new MalformedRequestException("body must be UTF-8, but was not");
        } catch (IOException | RuntimeException e) {
            // JSON parsers have exceptions of their own, for numbers out of range for example.
            throw new MalformedRequestException(
                    "body must be an ExportMetricsServiceRequest in " + contentType + ", but was not: " + e);
        }
    }

    /** Returns an answer in this encoding. */
    public byte[] response(ExportMetricsServiceResponse response) {
        return encode(response);
    }

    abstract ExportMetricsServiceRequest parse(byte[] body) throws IOException;

    abstract byte[] encode(ExportMetricsServiceResponse response);

    /**
     * Returns an error as a {@code google.rpc.Status}.
     *
     * @param code one of gRPC's status codes, 1 to 16
     */
    public abstract byte[] status(int code, String message);

    private static String json(MessageOrBuilder message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a response has no unknown types", e);
        }
    }
}
