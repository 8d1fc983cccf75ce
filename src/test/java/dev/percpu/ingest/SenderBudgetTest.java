package dev.percpu.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SenderBudgetTest {
    @Test
    void shouldLimitTheSeriesOfEachSender() {
        SenderBudget budget = new SenderBudget(2);
        budget.charge(1);
        assertThat(budget.admits(1)).isTrue();
        budget.charge(1);

        assertThat(budget.admits(1)).isFalse();
        assertThat(budget.admits(2)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SenderBudget(0))
                .withMessageContaining("but was 0");
    }

    @Test
    void shouldForgetTheSenderThatAskedLongestAgo() {
        SenderBudget budget = new SenderBudget(1);
        budget.charge(1);
        budget.charge(2);
        for (int i = 0; i < SenderBudget.MAX_SENDERS - 1; i++) {
            assertThat(budget.admits(1)).isFalse();
            budget.charge(100 + i);
        }

        assertThat(budget.admits(1)).isFalse();
        assertThat(budget.admits(2)).isTrue();
    }
}
