package dev.percpu.settings;

import java.util.regex.Pattern;

/**
 * Item of {@link Settings#REQUESTS_MATCH_PATTERNS}. Immutable.
 *
 * @param pattern regular expression that must match a whole path
 * @param value value of the label {@code uri} of these requests
 */
public record UriRewrite(Pattern pattern, String value) {}
