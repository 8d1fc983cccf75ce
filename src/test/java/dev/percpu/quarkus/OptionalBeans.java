package dev.percpu.quarkus;

import dev.percpu.quarkus.request.TagsContributorTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Set;

/** An application with beans of each interface that the service takes up when there is one: current span, tags of
 * requests, and filters and customizers of this registry. */
public class OptionalBeans implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(
                SpanBeanTest.Spans.class,
                TagsContributorTest.OfRequest.class,
                TagsContributorTest.Failing.class,
                TagsContributorTest.FailingWithAnError.class,
                TagsContributorTest.FailingWithACheckedException.class,
                ConstrainedBeansTest.Filter.class,
                ConstrainedBeansTest.OtherFilter.class,
                ConstrainedBeansTest.Customizer.class);
    }
}
