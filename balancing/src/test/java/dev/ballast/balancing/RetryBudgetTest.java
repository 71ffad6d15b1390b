package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Retries;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryBudgetTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          the first of a quiet pool             | 20 | 3 |    1 |   0 | true
          a few are always allowed              | 20 | 3 |    3 |   2 | true
          no more than a few in a quiet pool    | 20 | 3 |    4 |   3 | false
          a share of a busy pool                | 20 | 3 | 1000 | 199 | true
          no more than a share of a busy pool   | 20 | 3 | 1000 | 200 | false
          none at all                           |  0 | 0 | 1000 |   0 | false
          a minimum alone                       |  0 | 2 | 1000 |   1 | true
          all of them                           | 100 | 0 |  10 |   9 | true
          """)
  void shouldBoundRetriesByTheShareInFlight(
      String description, int percent, int least, long inFlight, long retrying, boolean isAllowed) {
    assertThat(RetryBudget.allows(new Retries(1, percent, least), inFlight, retrying))
        .isEqualTo(isAllowed);
  }
}
