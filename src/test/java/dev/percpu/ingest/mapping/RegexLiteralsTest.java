package dev.percpu.ingest.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexLiteralsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "(.*)\\.(.*)--(.*)\\.status\\.(.*)\\.count .,--,.status.,.count",
                "^test\\.(\\w+)\\.(?P<n>\\w+)\\.counter$ test.,.,.counter",
                "ab*c a,c",
                "ab+c ab,c",
                "ab?c+d a,c,d",
                "ab{0}c a,c",
                "a[b]c a,c",
                "a(b|c)d a,d",
                "a\\.?b a,b"
            })
    void shouldFindTheTextOfAllMatches(String regex, String literals) {
        assertThat(RegexLiterals.of(regex).literals()).isEqualTo(List.of(literals.split(",")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a|b", "(?i)ab", "a(?s:b)", "a\\Qb\\E", "a\\x62", "a\\pN", "a\\141", ".*", "\u00e4", "(ab)"})
    void shouldFindNoTextWhereItIsNotSure(String regex) {
        assertThat(RegexLiterals.of(regex).literals()).isEmpty();
        assertThat(RegexLiterals.of(regex).mayMatch("x")).isTrue();
    }

    @Test
    void shouldSearchInOrder() {
        RegexLiterals literals = RegexLiterals.of("ab.*bc");

        assertThat(literals.mayMatch("abbc")).isTrue();
        assertThat(literals.mayMatch("abc")).isFalse();
        assertThat(literals.mayMatch("bcab")).isFalse();
    }

    /** A comparison with RE2/J, on random expressions and names of few different characters. */
    @Test
    void shouldNotRejectNamesThatMatch() {
        String[] tokens = {
            "a",
            "b",
            "a",
            "b",
            ".",
            "\\.",
            "-",
            "(",
            ")",
            "|",
            "*",
            "+",
            "?",
            "[ab]",
            "[^a]",
            "[]a]",
            "[[:alpha:]]",
            "^",
            "$",
            "{2}",
            "{0,1}",
            "{",
            "}",
            "\\d",
            "\\w",
            "\\b",
            "\\A",
            "\\Q",
            "\\E",
            "(?:",
            "(?i)",
            "(?P<n>",
            "\\pL",
            "\\x61",
            "\\141",
            "[",
            "]",
            "\\\\",
            "\u00e4",
            "\\*"
        };
        Random random = new Random(19);
        int matches = 0;
        for (int round = 0; round < 60_000; round++) {
            StringBuilder regex = new StringBuilder();
            for (int i = 0; i <= random.nextInt(8); i++) {
                regex.append(tokens[random.nextInt(tokens.length)]);
            }
            Pattern pattern;
            try {
                pattern = Pattern.compile(regex.toString());
            } catch (PatternSyntaxException e) {
                continue;
            }
            RegexLiterals literals = RegexLiterals.of(regex.toString());
            for (int i = 0; i < 5; i++) {
                StringBuilder name = new StringBuilder();
                for (int j = random.nextInt(6); j > 0; j--) {
                    name.append("aabbAB.-{}]\\\u00e41*".charAt(random.nextInt(15)));
                }
                if (pattern.matcher(name).find()) {
                    matches++;
                    assertThat(literals.mayMatch(name.toString()))
                            .as("%s in %s", regex, name)
                            .isTrue();
                }
            }
        }
        assertThat(matches).isGreaterThan(10_000);
    }
}
