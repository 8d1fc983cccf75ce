package dev.percpu.service.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A filter that completes the schemas of the reports in {@code /q/openapi}, as part of the build.
 *
 * <p>Each property of a report is always there, and no other is. It is null only if the component of the record is {@link Nullable}, an
 * annotation that the generator of the document does not know.
 */
public class ReportSchemas implements OASFilter {
    private static final List<Class<?>> REPORTS =
            List.of(RseqReport.class, CpusReport.class, RequestsReport.class, IngestReport.class);

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Class<?>> records = new LinkedHashMap<>();
        REPORTS.forEach(report -> collect(report, records));
        document.getComponents().getSchemas().forEach((name, schema) -> {
            Class<?> type = records.get(name);
            if (type != null) {
                complete(schema, type);
            }
        });
    }

    private static void collect(Class<?> type, Map<String, Class<?>> records) {
        if (type.isRecord() && records.put(type.getSimpleName(), type) == null) {
            for (RecordComponent component : type.getRecordComponents()) {
                collect(component.getType(), records);
                if (component.getGenericType() instanceof ParameterizedType list) {
                    collect((Class<?>) list.getActualTypeArguments()[0], records);
                }
            }
        }
    }

    private static void complete(Schema schema, Class<?> type) {
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = RecordJson.name(component);
            if (isNullable(component)) {
                schema.addProperty(
                        name,
                        orNull(Objects.requireNonNull(schema.getProperties().get(name), name)));
            }
            if (component.getAccessor().getAnnotation(JsonInclude.class) == null) {
                required.add(name);
            }
        }
        schema.setRequired(required);
        schema.setAdditionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
    }

    /** A reference is in a schema of its own: a type beside it would apply to the referenced value, too. */
    private static Schema orNull(Schema schema) {
        return schema.getRef() == null
                ? schema.addType(Schema.SchemaType.NULL)
                : OASFactory.createSchema()
                        .addAnyOf(schema)
                        .addAnyOf(OASFactory.createSchema().addType(Schema.SchemaType.NULL));
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }
}
