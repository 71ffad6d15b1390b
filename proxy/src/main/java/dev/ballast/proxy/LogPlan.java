package dev.ballast.proxy;

import dev.ballast.model.AccessLog;
import dev.ballast.model.AccessLogField;
import dev.ballast.model.AccessLogTemplate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one load balancer logs: what a line is made of, and which exchanges leave one. Immutable but for the turns. */
final class LogPlan {
  /** So far apart that the loops' turns stand in cache lines of their own. */
  private static final int STRIDE = 16;

  /**
   * A part of a line.
   *
   * @param text in UTF-8; of JSON: what stands before the value
   * @param field what follows the text; null if nothing does
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Part(byte[] text, @Nullable AccessLogField field) {}

  private final AccessLog configured;
  private final boolean isJson;
  private final Part[] parts;
  private final int[] turns;

  private LogPlan(AccessLog configured, boolean isJson, List<Part> parts, int loops) {
    this.configured = configured;
    this.isJson = isJson;
    this.parts = parts.toArray(Part[]::new);
    this.turns = new int[loops * STRIDE];
  }

  static LogPlan of(AccessLog configured, int loops) {
    boolean isJson = configured.template().isEmpty();
    return new LogPlan(
        configured, isJson, isJson ? json() : template(configured.template()), loops);
  }

  private static List<Part> json() {
    return Arrays.stream(AccessLogField.values())
        .map(field -> new Part(Grammar.ascii("\"" + field.text() + "\":"), field))
        .toList();
  }

  private static List<Part> template(String template) {
    var parts = new ArrayList<Part>();
    byte[] text = {};
    for (AccessLogTemplate.Part part : AccessLogTemplate.parse(template)) {
      switch (part) {
        case AccessLogTemplate.Part.Text(String literal) ->
            text = literal.getBytes(StandardCharsets.UTF_8);
        case AccessLogTemplate.Part.Field(AccessLogField field) -> {
          parts.add(new Part(text, field));
          text = new byte[0];
        }
      }
    }
    if (text.length > 0) {
      parts.add(new Part(text, null));
    }
    return parts;
  }

  boolean isOf(AccessLog other) {
    return configured.equals(other);
  }

  boolean isJson() {
    return isJson;
  }

  Part[] parts() {
    return parts;
  }

  /** Whether it is the turn of an exchange of this loop that need not leave a line. */
  boolean isDue(Loop loop) {
    int at = loop.index() * STRIDE;
    turns[at] = turns[at] + 1 >= configured.sampleEvery() ? 0 : turns[at] + 1;
    return turns[at] == 0;
  }
}
