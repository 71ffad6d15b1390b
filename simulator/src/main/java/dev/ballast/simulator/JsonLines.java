package dev.ballast.simulator;

import dev.ballast.model.AccessLogField;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Ballast's own access log in JSON. Of each line it takes {@code time}, {@code backend}, {@code pool}, and how long the backend took: {@code
 * firstByte} where there is one, else {@code duration}.
 */
final class JsonLines implements LineFormat {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long SECOND = 1_000_000_000;

  @Override
  public String name() {
    return "json";
  }

  @Override
  public LogLine read(String line) {
    Map<String, String> fields = fields(line);
    String time = required(fields, AccessLogField.TIME);
    String took =
        fields.containsKey(AccessLogField.FIRST_BYTE.text())
            ? required(fields, AccessLogField.FIRST_BYTE)
            : required(fields, AccessLogField.DURATION);
    Instant instant = Instant.parse(time);
    var seconds = new BigDecimal(took);
    if (seconds.signum() < 0) {
      throw new IllegalArgumentException("has a negative duration: " + took);
    }
    long nanos = LogTimes.duration(seconds, SECOND);
    return new LogLine(
        LogTimes.nanos(instant),
        false,
        false,
        nanos,
        nanos,
        fields.getOrDefault(AccessLogField.POOL.text(), ""),
        fields.get(AccessLogField.BACKEND.text()));
  }

  private static Map<String, String> fields(String line) {
    var fields = new TreeMap<String, String>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, parser.currentToken().isScalarValue() ? parser.getString() : "");
        parser.skipChildren();
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
    return fields;
  }

  private static String required(Map<String, String> fields, AccessLogField field) {
    String value = fields.get(field.text());
    if (value == null) {
      throw new IllegalArgumentException("has no " + field.text());
    }
    return value;
  }
}
