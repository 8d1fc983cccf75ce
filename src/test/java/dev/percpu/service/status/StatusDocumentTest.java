package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.FindingRule;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the document of the status with the reports and the rules of findings. */
class StatusDocumentTest {

    @Test
    void shouldListEveryFindingInTheOrderOfReports() throws IOException {
        List<String> ids = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| ")
                .matcher(section("Findings"))
                .results()
                .map(row -> row.group(1))
                .toList();

        assertThat(ids)
                .containsExactlyElementsOf(
                        Arrays.stream(FindingRule.values()).map(FindingRule::id).toList());
    }

    @ParameterizedTest
    @ValueSource(classes = {RseqReport.class, CpusReport.class, RequestsReport.class, IngestReport.class})
    void shouldExplainEveryField(Class<?> report) throws IOException {
        String path = report.getSimpleName().replace("Report", "").toLowerCase(Locale.ROOT);

        checkFields(report, section("`/api/" + path + "`"));
    }

    private static void checkFields(Class<?> type, String text) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = RecordJson.name(component);
            assertThat(text).as("%s of %s", name, type).containsPattern("`([a-zA-Z]+\\.)*" + name + "[`.]");
            if (component.getType().isRecord()) {
                checkFields(component.getType(), text);
            } else if (component.getGenericType() instanceof ParameterizedType list) {
                Class<?> item = (Class<?>) list.getActualTypeArguments()[0];
                if (item.isRecord()) {
                    checkFields(item, text);
                }
            }
        }
    }

    private static String section(String title) throws IOException {
        String document = Files.readString(Path.of("src/site/markdown/status.md"));
        List<MatchResult> sections = Pattern.compile("(?ms)^## " + Pattern.quote(title) + "\n(.*?)(?=^## |\\z)")
                .matcher(document)
                .results()
                .toList();
        assertThat(sections).as(title).hasSize(1);
        return sections.getFirst().group(1);
    }
}
