package dev.percpu.scrape;

import java.util.Map;

/**
 * One alternative of an Accept header (RFC 9110, 12.5.1), in lower case but for parameter values.
 *
 * @param type {@code *} for any
 * @param subtype {@code *} for any
 * @param parameters without {@code q}
 * @param permille the weight {@code q} in thousandths, 0 ("not this") to 1000
 */
public record MediaRange(String type, String subtype, Map<String, String> parameters, int permille) {

    public MediaRange {
        parameters = Map.copyOf(parameters);
    }

    /** How much the range says: 0 for {@code *}/{@code *}, 1 for a whole type, from 2 on for one subtype, the more the more parameters. */
    int specificity() {
        if (type.equals("*")) {
            return 0;
        }
        return subtype.equals("*") ? 1 : 2 + parameters.size();
    }

    /** Whether a media type lies in this range, parameters aside. */
    boolean covers(String otherType, String otherSubtype) {
        return type.equals("*") || (type.equals(otherType) && (subtype.equals("*") || subtype.equals(otherSubtype)));
    }
}
