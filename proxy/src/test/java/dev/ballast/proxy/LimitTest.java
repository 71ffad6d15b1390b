package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LimitTest {
  private static final Path TABLE = Path.of("..", "docs", "limits.md");

  @Test
  void shouldStandInTheDocumentation() throws IOException {
    List<String> expected = Arrays.stream(Limit.values()).map(LimitTest::row).toList();

    assertThat(Files.readAllLines(TABLE))
        .as(
            "the rows of the proxy in docs/limits.md:\n%s",
            expected.stream().collect(Collectors.joining("\n")))
        .containsSubsequence(expected);
  }

  private static String row(Limit limit) {
    return "| proxy | `%s` | %,d | %s | `%s` |"
        .formatted(limit.key(), limit.defaultValue(), limit.meaning(), limit.metric());
  }

  @Test
  void shouldHaveAMetricThatExists() {
    try (var proxy = Proxy.start()) {
      proxy.use(Configuration.http(proxy.port()));
      String metrics = proxy.admin("/metrics").body();
      for (Limit limit : Limit.values()) {
        for (String metric : limit.metric().split(", ", -1)) {
          if (metric.startsWith("ballast_")) {
            assertThat(metrics).as(limit.key()).contains("\n" + metric);
          }
        }
      }
    }
  }

  @Test
  void shouldRefuseALimitOfNothing() {
    assertThatThrownBy(() -> Limits.defaults().with(Limit.TRIES, 0)).hasMessageContaining("tries");
    assertThat(Limits.defaults().with(Limit.TRIES, 5).of(Limit.TRIES)).isEqualTo(5);
  }
}
