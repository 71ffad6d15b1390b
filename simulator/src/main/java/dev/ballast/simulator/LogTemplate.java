package dev.ballast.simulator;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An access log by a template, as nginx ({@code log_format}, with <code>$variables</code>) and Apache ({@code LogFormat}, with {@code %directives}) have it.
 * A line is read from left to right, once: each field ends where the text that follows it in the template first comes, but for a quote that is escaped and for what stands
 * within a list: of a request that was tried again, nginx names all backends and their times, as {@code a, b}, or {@code a : b} after an internal redirect.
 */
final class LogTemplate implements LineFormat {
  private static final Pattern NGINX = Pattern.compile("\\$(?:\\{([a-z0-9_]+)}|([a-z0-9_]+))");
  private static final Pattern APACHE =
      Pattern.compile("%[<>!0-9,]*(?:\\{([^}]*)})?(\\^[a-zA-Z]{2}|[a-zA-Z%])");
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);
  private static final long SECOND = 1_000_000_000;

  /** What a field says, if it says anything that matters. */
  enum Meaning {
    OTHER,
    TIME_COMMON,
    TIME_ISO,
    TIME_EPOCH,
    TOOK_SECONDS,
    TOOK_MILLIS,
    TOOK_MICROS,
    BACKEND_SECONDS,
    BACKEND;

    boolean isList() {
      return this == BACKEND || this == BACKEND_SECONDS;
    }

    boolean isTime() {
      return this == TIME_COMMON || this == TIME_ISO || this == TIME_EPOCH;
    }
  }

  /** A field, and the text between it and the next one. */
  private record Part(Meaning meaning, String then) {}

  private final String name;
  private final String lead;
  private final List<Part> parts;
  private final boolean isEnd;

  private LogTemplate(String name, String lead, List<Part> parts, boolean isEnd) {
    this.name = name;
    this.lead = lead;
    this.parts = List.copyOf(parts);
    this.isEnd = isEnd;
    if (parts.stream().noneMatch(part -> part.meaning.isTime())) {
      throw new IllegalArgumentException("has no field that says when a request came");
    }
    for (Part part : parts.subList(0, parts.size() - 1)) {
      if (part.then.isEmpty()) {
        throw new IllegalArgumentException("has two fields with nothing between them");
      }
    }
  }

  /** nginx writes a line, and reads the clock, when a request is done. */
  static LogTemplate nginx(String name, String template) {
    return parse(name, template, NGINX, true);
  }

  /** Apache writes when a request came. */
  static LogTemplate apache(String name, String template) {
    return parse(name, template.replace("\\\"", "\""), APACHE, false);
  }

  private static LogTemplate parse(String name, String template, Pattern field, boolean isEnd) {
    var parts = new ArrayList<Part>();
    Matcher matcher = field.matcher(template);
    String lead = "";
    Meaning before = null;
    int at = 0;
    while (matcher.find()) {
      String between = template.substring(at, matcher.start());
      if (before == null) {
        lead = between;
      } else {
        parts.add(new Part(before, between));
      }
      before = isEnd ? nginx(matcher) : apache(matcher);
      at = matcher.end();
    }
    if (before == null) {
      throw new IllegalArgumentException("has no field");
    }
    parts.add(new Part(before, template.substring(at)));
    return new LogTemplate(name, lead, parts, isEnd);
  }

  private static Meaning nginx(Matcher field) {
    String variable = field.group(1) == null ? field.group(2) : field.group(1);
    return switch (variable) {
      case "time_local" -> Meaning.TIME_COMMON;
      case "time_iso8601" -> Meaning.TIME_ISO;
      case "msec" -> Meaning.TIME_EPOCH;
      case "request_time" -> Meaning.TOOK_SECONDS;
      case "upstream_response_time" -> Meaning.BACKEND_SECONDS;
      case "upstream_addr" -> Meaning.BACKEND;
      default -> Meaning.OTHER;
    };
  }

  private static Meaning apache(Matcher field) {
    String argument = field.group(1) == null ? "" : field.group(1);
    return switch (field.group(2)) {
      case "t" -> argument.isEmpty() ? Meaning.TIME_COMMON : Meaning.OTHER;
      case "D" -> Meaning.TOOK_MICROS;
      case "T" ->
          switch (argument) {
            case "ms" -> Meaning.TOOK_MILLIS;
            case "us" -> Meaning.TOOK_MICROS;
            default -> Meaning.TOOK_SECONDS;
          };
      case "e" -> argument.equals("BALANCER_WORKER_NAME") ? Meaning.BACKEND : Meaning.OTHER;
      default -> Meaning.OTHER;
    };
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public LogLine read(String line) {
    if (!line.startsWith(lead)) {
      throw new IllegalArgumentException("does not begin as the log format does");
    }
    var values = new EnumMap<Meaning, String>(Meaning.class);
    int at = lead.length();
    for (Part part : parts) {
      int end = part.then.isEmpty() ? line.length() : endOf(line, at, part);
      if (end < 0) {
        throw new IllegalArgumentException("is not of the log format " + name);
      }
      values.put(part.meaning, line.substring(at, end));
      at = end + part.then.length();
    }
    return meant(values);
  }

  private static int endOf(String line, int from, Part part) {
    String then = part.then;
    int end = line.indexOf(then, from);
    while (end > from
        && ((then.charAt(0) == '"' && isEscaped(line, from, end))
            || (part.meaning.isList() && isWithinList(line, from, end, then)))) {
      end = line.indexOf(then, end + 1);
    }
    return end;
  }

  /** Whether what would be taken for the text between two fields stands between two of a list, or is a piece of that. */
  private static boolean isWithinList(String line, int from, int end, String then) {
    return line.charAt(end - 1) == ','
        || (end - from > 2 && line.startsWith(" :", end - 2))
        || (line.startsWith(" : ", end) && !then.startsWith(" : "))
        || (line.startsWith(", ", end) && !then.startsWith(", "));
  }

  /** Behind an odd number of backslashes. */
  private static boolean isEscaped(String line, int from, int at) {
    int slashes = 0;
    while (at - slashes > from && line.charAt(at - slashes - 1) == '\\') {
      slashes++;
    }
    return slashes % 2 == 1;
  }

  private LogLine meant(Map<Meaning, String> values) {
    String ofBackend = values.get(Meaning.BACKEND_SECONDS);
    String address = values.get(Meaning.BACKEND);
    boolean isWithout = "-".equals(ofBackend) || "-".equals(address);
    long total = total(values);
    long took = ofBackend == null || isWithout ? total : LogTimes.duration(ofBackend, SECOND);
    String precise = values.get(Meaning.TIME_EPOCH);
    return new LogLine(
        precise == null ? wholeSecond(values) : epoch(precise),
        precise == null,
        isEnd,
        took,
        total == LogLine.UNKNOWN ? took : total,
        "",
        isWithout ? null : backend(address));
  }

  private static long total(Map<Meaning, String> values) {
    String micros = values.get(Meaning.TOOK_MICROS);
    String millis = values.get(Meaning.TOOK_MILLIS);
    String seconds = values.get(Meaning.TOOK_SECONDS);
    if (micros != null) {
      return LogTimes.duration(micros, SECOND / 1_000_000);
    }
    if (millis != null) {
      return LogTimes.duration(millis, SECOND / 1_000);
    }
    return seconds == null ? LogLine.UNKNOWN : LogTimes.duration(seconds, SECOND);
  }

  private static long wholeSecond(Map<Meaning, String> values) {
    String iso = values.get(Meaning.TIME_ISO);
    return iso == null
        ? LogTimes.common(values.getOrDefault(Meaning.TIME_COMMON, ""))
        : LogTimes.iso(iso);
  }

  private static long epoch(String text) {
    if (!text.matches("[0-9]{1,10}(\\.[0-9]{1,9})?")) {
      throw new IllegalArgumentException("has no time in seconds: \"" + text + "\"");
    }
    return new BigDecimal(text).multiply(NANOS).longValue();
  }

  /** The last that was asked. */
  private static String backend(@Nullable String addresses) {
    if (addresses == null) {
      return "";
    }
    String last = LogTimes.last(addresses);
    if (last.isEmpty()) {
      throw new IllegalArgumentException("names no backend where it should");
    }
    return last;
  }
}
