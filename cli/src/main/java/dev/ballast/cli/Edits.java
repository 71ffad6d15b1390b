package dev.ballast.cli;

import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Prints what was, or would be, changed: {@code +} created, {@code ~} changed with its fields, {@code -} deleted. */
final class Edits {
  private Edits() {}

  /** @param edits the {@code edits} of the controller's answer */
  static void print(Terminal terminal, JsonNode edits) {
    edits.forEach(edit -> print(terminal, edit, ""));
  }

  /** @param lead stands before the first line */
  static void printOne(
      Terminal terminal, String lead, String action, String resource, JsonNode fields) {
    var out = terminal.out();
    out.println(
        lead
            + switch (action) {
              case "created" -> terminal.paint(Colour.GREEN, "+ " + resource);
              case "deleted" -> terminal.paint(Colour.RED, "- " + resource);
              default -> terminal.paint(Colour.YELLOW, "~ " + resource);
            });
    fields.forEach(
        field ->
            out.println(
                "    "
                    + field.path("path").asString()
                    + ": "
                    + shown(field.path("before").asString(""))
                    + " → "
                    + shown(field.path("after").asString(""))));
  }

  /** {@code ~Backend web/b1 (weight 1 → 5)}. */
  static String inShort(JsonNode edit) {
    String fields =
        edit.path("fields")
            .valueStream()
            .map(
                field ->
                    field.path("path").asString()
                        + " "
                        + shown(field.path("before").asString(""))
                        + " → "
                        + shown(field.path("after").asString("")))
            .collect(Collectors.joining(", "));
    String sign =
        switch (edit.path("action").asString()) {
          case "created" -> "+";
          case "deleted" -> "-";
          default -> "~";
        };
    return sign + named(edit) + (fields.isEmpty() ? "" : " (" + fields + ")");
  }

  private static void print(Terminal terminal, JsonNode edit, String lead) {
    printOne(terminal, lead, edit.path("action").asString(), named(edit), edit.path("fields"));
  }

  private static String named(JsonNode edit) {
    return edit.path("kind").asString() + " " + edit.path("name").asString();
  }

  private static String shown(String value) {
    return value.isEmpty() ? "(none)" : value;
  }
}
