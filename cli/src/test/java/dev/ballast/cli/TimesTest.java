package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.999S, 0s",
    "PT59S, 59s",
    "PT1M, 1m0s",
    "PT3M12.5S, 3m12s",
    "PT59M59S, 59m59s",
    "PT1H, 1h0m",
    "PT2H5M, 2h5m",
    "PT24H, 1d0h",
    "PT9000H, 375d0h"
  })
  void shouldShowHowLongSomethingHasLasted(Duration time, String shown) {
    assertThat(Times.shown(time)).isEqualTo(shown);
  }
}
