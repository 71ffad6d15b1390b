package dev.ballast.controller;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.Codec;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of the API, beside what {@link Codec} writes. */
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * Reads an object.
   *
   * @throws InvalidInput when it is none
   */
  static ObjectNode readObject(byte[] bytes) {
    try {
      if (MAPPER.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw unreadable(
          "this is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
    throw unreadable("a JSON object is expected");
  }

  /** Reads any JSON of a trusted source. */
  static JsonNode read(String text) {
    return MAPPER.readTree(text);
  }

  private static InvalidInput unreadable(String message) {
    return new InvalidInput(
        InvalidInput.Reason.UNREADABLE, List.of(new Problem(0, 0, "", message)));
  }

  static ObjectNode put(ObjectNode node, ItemKey key) {
    return node.put("kind", key.kind().documentName()).put("name", key.name());
  }

  /** The override, or null, under the name {@code override}. */
  static void putOverride(ObjectNode node, @Nullable AdminOverride override) {
    if (override == null) {
      node.putNull("override");
      return;
    }
    ObjectNode json =
        node.putObject("override")
            .put("state", Codec.text(override.state()))
            .put("who", override.who())
            .put("why", override.why())
            .put("when", override.when().toString());
    override.until().ifPresent(until -> json.put("until", until.toString()));
  }
}
