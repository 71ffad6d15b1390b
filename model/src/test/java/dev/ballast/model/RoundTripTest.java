package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What is written reads back as the same, whichever way it took. */
class RoundTripTest {
  /** jsonb keeps the keys of an object by length, then by bytes. */
  private static final Comparator<String> JSONB_ORDER =
      Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  private static final YAMLMapper YAML = new YAMLMapper();

  static LongStream seeds() {
    return LongStream.range(0, 1_000);
  }

  private static List<Resource> resources(long seed) {
    var random = new RandomConfiguration(new Random(seed));
    return List.of(random.loadBalancer(), random.pool(), random.backend());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldReadBackWhatTheDatabaseKeeps(long seed) {
    for (Resource resource : resources(seed)) {
      ObjectNode json = Codec.toJson(resource);

      Resource stored = Codec.fromJson(inJsonbOrder(json));

      assertThat(stored).isEqualTo(resource);
      assertThat(Codec.toJson(stored).toString()).isEqualTo(json.toString());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldReadBackTheDocumentThatPeopleGet(long seed) {
    for (Resource resource : resources(seed)) {
      byte[] yaml =
          YAML.writeValueAsString(Codec.toJson(resource)).getBytes(StandardCharsets.UTF_8);

      assertThat(Documents.parse(yaml, Documents.Format.YAML).resources())
          .containsExactly(resource);
    }
  }

  private static JsonNode inJsonbOrder(JsonNode node) {
    if (node instanceof ObjectNode object) {
      var sorted = new TreeMap<String, JsonNode>(JSONB_ORDER);
      object.forEachEntry((key, value) -> sorted.put(key, inJsonbOrder(value)));
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      sorted.forEach(copy::set);
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(element -> copy.add(inJsonbOrder(element)));
      return copy;
    }
    return node;
  }
}
