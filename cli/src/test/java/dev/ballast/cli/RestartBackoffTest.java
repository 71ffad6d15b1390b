package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
  private final RestartBackoff backoff = new RestartBackoff();

  @Test
  void shouldWaitLongerEachTimeUpToALimit() {
    assertThat(backoff.after(Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
    assertThat(backoff.after(Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
    for (int number = 0; number < 10; number++) {
      backoff.after(Duration.ZERO);
    }
    assertThat(backoff.after(Duration.ZERO)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void shouldForgetAfterAChildHasRunForAWhile() {
    backoff.after(Duration.ZERO);
    backoff.after(Duration.ZERO);
    assertThat(backoff.after(Duration.ofMinutes(1))).isEqualTo(Duration.ofMillis(250));
  }
}
