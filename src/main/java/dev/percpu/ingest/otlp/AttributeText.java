package dev.percpu.ingest.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.Base64;

/**
 * Attribute values as texts, in the form that OpenTelemetry defines for other protocols: arrays and maps as JSON, bytes as base64. Stateless.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otel/common/#anyvalue">OpenTelemetry, AnyValue representation for non-OTLP protocols</a>
 */
final class AttributeText {
    private static final String HEX = "0123456789abcdef";

    private AttributeText() {}

    /** Returns the text of a value, for a label. */
    static String of(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> number(value.getDoubleValue());
            case BYTES_VALUE -> base64(value.getBytesValue());
            case ARRAY_VALUE, KVLIST_VALUE -> {
                StringBuilder json = new StringBuilder();
                appendJson(value, json);
                yield json.toString();
            }
            // The last is an index into a dictionary that profiles have, and metrics lack.
            case VALUE_NOT_SET, STRING_VALUE_STRINDEX -> "";
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String base64(ByteString bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static void appendJson(AnyValue value, StringBuilder json) {
        switch (value.getValueCase()) {
            case STRING_VALUE -> appendString(value.getStringValue(), json);
            case BYTES_VALUE -> appendString(base64(value.getBytesValue()), json);
            case DOUBLE_VALUE -> {
                if (Double.isFinite(value.getDoubleValue())) {
                    json.append(number(value.getDoubleValue()));
                } else {
                    appendString(Double.toString(value.getDoubleValue()), json);
                }
            }
            case BOOL_VALUE, INT_VALUE -> json.append(of(value));
            case ARRAY_VALUE -> {
                char separator = '[';
                for (AnyValue item : value.getArrayValue().getValuesList()) {
                    json.append(separator);
                    appendJson(item, json);
                    separator = ',';
                }
                json.append(separator == '[' ? "[]" : "]");
            }
            case KVLIST_VALUE -> {
                char separator = '{';
                for (KeyValue entry : value.getKvlistValue().getValuesList()) {
                    json.append(separator);
                    appendString(entry.getKey(), json);
                    json.append(':');
                    appendJson(entry.getValue(), json);
                    separator = ',';
                }
                json.append(separator == '{' ? "{}" : "}");
            }
            case VALUE_NOT_SET, STRING_VALUE_STRINDEX -> json.append("null");
        }
    }

    /** Appends a text in quotation marks. */
    static void appendString(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
