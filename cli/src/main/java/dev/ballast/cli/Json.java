package dev.ballast.cli;

import java.util.Collection;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads and prints JSON trees. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .defaultPrettyPrinter(
              new DefaultPrettyPrinter(
                      Separators.createDefaultInstance()
                          .withObjectNameValueSpacing(Separators.Spacing.AFTER))
                  .withArrayIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE))
          .build();

  private Json() {}

  /**
   * Reads one JSON value.
   *
   * @throws CommandFailed when the text is none
   */
  static JsonNode read(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException failure) {
      throw new CommandFailed("the answer is not JSON: " + failure.getOriginalMessage());
    }
  }

  /** Indented, ending with a line feed. */
  static String pretty(JsonNode node) {
    return MAPPER.writeValueAsString(node) + "\n";
  }

  static String pretty(Collection<JsonNode> nodes) {
    return pretty(MAPPER.createArrayNode().addAll(nodes));
  }
}
