package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/metrics.md has every metric that /metrics shows, and no other. */
class MetricsDocumentTest {
  private static final Path TABLE = Path.of("..", "docs", "metrics.md");

  @Test
  void shouldDescribeEveryMetricAndNoOther() throws IOException {
    try (var backend = TestBackend.named("b1");
        var proxy = Proxy.start();
        var client = proxy.use(configuration(proxy, backend)).client()) {
      client.get("/").read();
      String expected = rows(proxy.admin("/metrics").body());

      assertThat(
              Files.readAllLines(TABLE).stream()
                  .filter(line -> line.startsWith("| `ballast_proxy_"))
                  .collect(Collectors.joining("\n")))
          .as("the rows of docs/metrics.md:\n%s", expected)
          .isEqualTo(expected);
    }
  }

  /** With one of each that has metrics of its own. */
  private static Configuration configuration(Proxy proxy, TestBackend backend) {
    return Configuration.http(proxy.port(), backend)
        .put(Authority.named("Test CA").issue("a.test").resource("a"))
        .httpsBalancer(
            "secured",
            Proxy.freePort(),
            List.of("a.test"),
            Configuration.tls("a"),
            Configuration.route("web"));
  }

  private static String rows(String metrics) {
    Map<String, String> types = new HashMap<>();
    Map<String, String> helps = new HashMap<>();
    Map<String, TreeSet<String>> labels = new HashMap<>();
    for (String line : metrics.split("\n", -1)) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# TYPE ")) {
        types.put(words[2], words[3]);
      } else if (line.startsWith("# HELP ")) {
        helps.put(words[2], words[3]);
      } else if (line.contains("{")) {
        String name = line.substring(0, line.indexOf('{'));
        labels
            .computeIfAbsent(name.replaceFirst("_(bucket|sum|count)$", ""), key -> new TreeSet<>())
            .addAll(labelsOf(line));
      }
    }
    return types.keySet().stream()
        .sorted()
        .map(
            name ->
                "| `%s` | %s | %s | %s |"
                    .formatted(
                        name,
                        types.get(name),
                        labels.getOrDefault(name, new TreeSet<>()).stream()
                            .map(label -> "`" + label + "`")
                            .collect(Collectors.joining(", ")),
                        helps.get(name)))
        .collect(Collectors.joining("\n"));
  }

  private static Set<String> labelsOf(String line) {
    String inside = line.substring(line.indexOf('{') + 1, line.lastIndexOf('}'));
    return Arrays.stream(inside.split("\",", -1))
        .map(pair -> pair.substring(0, pair.indexOf('=')))
        .filter(label -> !label.equals("le"))
        .collect(Collectors.toSet());
  }
}
