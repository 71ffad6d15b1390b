package dev.ballast.configdb;

import dev.ballast.model.Documents;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Documents for tests. */
final class Yaml {
  private Yaml() {}

  static Documents documents(String yaml) {
    return Documents.parse(yaml.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
  }

  /** A pool with backends b0, b1, …, all of the same weight. */
  static Documents pool(String name, int backends, int weight) {
    String list =
        IntStream.range(0, backends)
            .mapToObj(
                i ->
                    "\n  - {name: b%d, address: \"10.%d.%d.%d:8080\", weight: %d}"
                        .formatted(i, i >> 16, i >> 8 & 255, i & 255, weight))
            .collect(Collectors.joining());
    return documents(
        "kind: Pool\nname: " + name + "\nbackends:" + (list.isEmpty() ? " []" : list) + "\n");
  }

  static Documents backend(String pool, String name, int weight) {
    return documents(
        "kind: Backend\npool: %s\nname: %s\naddress: \"10.1.1.1:80\"\nweight: %d\n"
            .formatted(pool, name, weight));
  }
}
