package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.proxy.Limit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitOptionsTest {
  @Test
  void shouldChangeTheLimitsThatAreNamed() {
    var limits = LimitOptions.read(List.of("client-connections=100_000", "head-bytes=4096"));

    assertThat(limits.of(Limit.CLIENT_CONNECTIONS)).isEqualTo(100_000);
    assertThat(limits.of(Limit.HEAD_BYTES)).isEqualTo(4_096);
    assertThat(limits.of(Limit.FIELD_LINES)).isEqualTo(Limit.FIELD_LINES.defaultValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "head-bytes; write NAME=VALUE",
        "head-byte=1; there is no limit \"head-byte\": did you mean \"head-bytes\"?",
        "head-bytes=many; \"many\" is not a whole number",
        "head-bytes=99999999999; is not a whole number",
        "head-bytes=0; The limit head-bytes is at least 1: 0"
      })
  void shouldSayWhatIsWrongWithAnOption(String option, String message) {
    assertThatThrownBy(() -> LimitOptions.read(List.of(option)))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining(message);
  }
}
