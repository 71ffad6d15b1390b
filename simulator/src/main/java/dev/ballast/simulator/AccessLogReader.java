package dev.ballast.simulator;

import dev.ballast.model.AccessLogField;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads Ballast's own access log in JSON, a line at a time. Of each line it takes {@code time}, {@code backend}, {@code pool}, and how long the backend
 * took: {@code firstByte} where there is one, else {@code duration}.
 */
public final class AccessLogReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

  private final Optional<String> pool;
  private final Map<String, Integer> backends = new HashMap<>();
  private final TreeSet<String> otherPools = new TreeSet<>();
  private long[] began = new long[1024];
  private long[] durations = new long[1024];
  private int[] backendOf = new int[1024];
  private int size;
  private long lines;
  private long bad;
  private long withoutBackend;
  private String firstBad = "";

  private AccessLogReader(Optional<String> pool) {
    this.pool = pool;
  }

  /**
   * Reads a log.
   *
   * @param pool whose requests count; empty: all
   * @throws NotUsable when fewer than two lines can be used, which says why
   */
  public static Recording read(Reader log, Optional<String> pool) throws IOException, NotUsable {
    var reader = new AccessLogReader(pool);
    var buffered = new BufferedReader(log);
    long number = 0;
    for (String line = buffered.readLine(); line != null; line = buffered.readLine()) {
      number++;
      if (!line.isBlank()) {
        reader.line(line, number);
      }
    }
    return reader.recording();
  }

  /** A log of which nothing can be simulated. */
  public static final class NotUsable extends Exception {
    private static final long serialVersionUID = 1;

    NotUsable(String message) {
      super(message);
    }
  }

  private void line(String line, long number) {
    lines++;
    try {
      take(fields(line));
    } catch (JacksonException e) {
      isBad(number, "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IllegalArgumentException | DateTimeException e) {
      isBad(number, String.valueOf(e.getMessage()));
    }
  }

  private void isBad(long number, String why) {
    bad++;
    firstBad = firstBad.isEmpty() ? "line " + number + " " + why : firstBad;
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
    }
    return fields;
  }

  private void take(Map<String, String> fields) {
    String time = required(fields, AccessLogField.TIME);
    String took =
        fields.containsKey(AccessLogField.FIRST_BYTE.text())
            ? required(fields, AccessLogField.FIRST_BYTE)
            : required(fields, AccessLogField.DURATION);
    Instant instant = Instant.parse(time);
    long nanos = new BigDecimal(took).multiply(NANOS).longValue();
    if (nanos < 0) {
      throw new IllegalArgumentException("has a negative duration: " + took);
    }
    String backend = fields.get(AccessLogField.BACKEND.text());
    String itsPool = fields.getOrDefault(AccessLogField.POOL.text(), "");
    if (backend == null || pool.filter(wanted -> !wanted.equals(itsPool)).isPresent()) {
      withoutBackend++;
      otherPools.add(itsPool);
      return;
    }
    add(
        instant.getEpochSecond() * 1_000_000_000 + instant.getNano(),
        nanos,
        backends.computeIfAbsent(itsPool + "/" + backend, _ -> backends.size()));
  }

  private static String required(Map<String, String> fields, AccessLogField field) {
    String value = fields.get(field.text());
    if (value == null) {
      throw new IllegalArgumentException("has no " + field.text());
    }
    return value;
  }

  private void add(long beganNanos, long nanos, int backend) {
    if (size == began.length) {
      began = Arrays.copyOf(began, 2 * size);
      durations = Arrays.copyOf(durations, 2 * size);
      backendOf = Arrays.copyOf(backendOf, 2 * size);
    }
    began[size] = beganNanos;
    durations[size] = nanos;
    backendOf[size] = backend;
    size++;
  }

  private Recording recording() throws NotUsable {
    if (size < 2) {
      throw new NotUsable(whyNone());
    }
    return Recording.of(
        Arrays.copyOf(began, size),
        Arrays.copyOf(durations, size),
        Arrays.copyOf(backendOf, size),
        backends.size(),
        new Recording.Report(lines, bad, withoutBackend, firstBad));
  }

  private String whyNone() {
    if (bad > 0 && bad == lines) {
      return "none of the " + lines + " lines can be read; " + firstBad;
    }
    otherPools.remove("");
    String others =
        otherPools.isEmpty() ? "" : "; there are pools " + String.join(", ", otherPools);
    return "fewer than two of the "
        + lines
        + " lines are of requests that a backend"
        + pool.map(wanted -> " of pool " + wanted).orElse("")
        + " got"
        + others
        + (bad > 0 ? "; " + firstBad : "");
  }
}
