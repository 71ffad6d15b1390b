package dev.ballast.model;

import java.util.ArrayList;
import java.util.List;

/** Templates of access log lines: text in which {@code %{client}} stands for a field. */
public final class AccessLogTemplate {
  private static final String OPENING = "%{";

  private AccessLogTemplate() {}

  /** A part of a line. */
  public sealed interface Part {
    /** Text that every line has here. */
    record Text(String text) implements Part {}

    /** A field of the exchange. */
    record Field(AccessLogField field) implements Part {}
  }

  /**
   * Takes a template apart.
   *
   * @throws IllegalArgumentException when it names an unknown field or doesn't make a line
   */
  public static List<Part> parse(String template) {
    if (template.length() > AccessLog.TEMPLATE_LIMIT) {
      throw new IllegalArgumentException(
          "has " + template.length() + " characters; the limit is " + AccessLog.TEMPLATE_LIMIT);
    }
    if (template.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
      throw new IllegalArgumentException("a template is one line, without control characters");
    }
    var parts = new ArrayList<Part>();
    int from = 0;
    for (int at = template.indexOf(OPENING); at >= 0; at = template.indexOf(OPENING, from)) {
      if (at > from) {
        parts.add(new Part.Text(template.substring(from, at)));
      }
      int end = template.indexOf('}', at);
      if (end < 0) {
        throw new IllegalArgumentException("\"" + template.substring(at) + "\" has no closing }");
      }
      parts.add(field(template.substring(at + OPENING.length(), end)));
      from = end + 1;
    }
    if (from < template.length()) {
      parts.add(new Part.Text(template.substring(from)));
    }
    return List.copyOf(parts);
  }

  /** The same text, if it is a template. */
  static String require(String template) {
    parse(template);
    return template;
  }

  private static Part field(String name) {
    return new Part.Field(
        AccessLogField.of(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "\""
                            + name
                            + "\" is not a field of the access log"
                            + Suggestion.among(name, AccessLogField.texts()))));
  }
}
