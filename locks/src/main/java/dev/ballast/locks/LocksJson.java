package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The words of the HTTP API for locks, as the controller writes them and {@link HttpEngine} reads them. Durations are text, a
 * whole number and a unit ({@code 300ms}, {@code 15s}, {@code 2m}, {@code 1h}); they are rounded up to milliseconds, so that none
 * that is left becomes none at all.
 */
public final class LocksJson {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h)");

  private LocksJson() {}

  public static String text(Duration duration) {
    return duration.plusNanos(999_999).toMillis() + "ms";
  }

  /**
   * The duration that {@link #text} or a person wrote.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration such as 300ms, 15s, 2m or 1h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  public static ObjectNode of(Claim claim) {
    return object()
        .put("name", claim.name())
        .put("mode", claim.mode().text())
        .put("note", claim.note());
  }

  /** A claim; {@code mode} is exclusive and {@code note} empty where they are missing. */
  public static Claim claim(JsonNode json) {
    return new Claim(
        json.path("name").asString(""),
        Mode.parse(json.path("mode").asString("exclusive")),
        json.path("note").asString(""));
  }

  public static ObjectNode of(Answer answer) {
    return switch (answer) {
      case Answer.Granted(long token) -> object().put("state", "held").put("token", token);
      case Answer.Waiting(int ahead, Duration lookAgain) ->
          object()
              .put("state", "waiting")
              .put("ahead", ahead)
              .put("lookAgain", text(lookAgain.isNegative() ? Duration.ZERO : lookAgain));
    };
  }

  static Answer answer(JsonNode json) {
    return json.path("state").asString("").equals("held")
        ? new Answer.Granted(json.path("token").asLong())
        : new Answer.Waiting(
            json.path("ahead").asInt(), duration(json.path("lookAgain").asString("0ms")));
  }

  public static ObjectNode of(Holding holding) {
    return object()
        .put("name", holding.name())
        .put("token", holding.token())
        .put("state", holding.isHeld() ? "held" : "waiting")
        .put("mode", holding.mode().text())
        .put("note", holding.note())
        .put("lease", holding.lease().value())
        .put("owner", holding.owner())
        .put("ttl", text(holding.ttl()))
        .put("remaining", text(holding.remaining()));
  }

  public static Holding holding(JsonNode json) {
    return new Holding(
        json.path("name").asString(""),
        json.path("token").asLong(),
        json.path("state").asString("").equals("held"),
        Mode.parse(json.path("mode").asString("")),
        json.path("note").asString(""),
        new LeaseId(json.path("lease").asString("")),
        json.path("owner").asString(""),
        duration(json.path("ttl").asString("")),
        duration(json.path("remaining").asString("")));
  }

  public static ObjectNode of(EngineFacts facts) {
    ObjectNode json = object().put("name", facts.name()).put("promise", facts.promise());
    facts.warnings().forEach(json.putArray("warnings")::add);
    return json;
  }

  static EngineFacts facts(JsonNode json) {
    List<String> warnings =
        json.path("warnings").valueStream().map(warning -> warning.asString("")).toList();
    return new EngineFacts(
        json.path("name").asString(""), json.path("promise").asString(""), warnings);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
