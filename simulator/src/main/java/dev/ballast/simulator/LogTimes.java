package dev.ballast.simulator;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as access logs write them. */
final class LogTimes {
  private static final DateTimeFormatter COMMON =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);
  private static final DateTimeFormatter HAPROXY =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ENGLISH);

  /** A year. */
  private static final BigDecimal LONGEST = BigDecimal.valueOf(366L * 86_400 * 1_000_000_000);

  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private LogTimes() {}

  /** {@code 10/Oct/2000:13:55:36 -0700}, perhaps in brackets. */
  static long common(String text) {
    boolean isBracketed = text.startsWith("[") && text.endsWith("]");
    String bare = isBracketed ? text.substring(1, text.length() - 1) : text;
    return nanos(ZonedDateTime.parse(bare, COMMON).toInstant());
  }

  /** {@code 06/Feb/2009:12:14:14.655}, of no zone. */
  static long haproxy(String text) {
    return nanos(LocalDateTime.parse(text, HAPROXY).toInstant(ZoneOffset.UTC));
  }

  /** {@code 2026-03-01T12:00:00+01:00}. */
  static long iso(String text) {
    return nanos(ZonedDateTime.parse(text).toInstant());
  }

  /** A number of units, each of so many nanoseconds; of several, such as {@code 0.010, 0.020}, the last. */
  static long duration(String text, long unitNanos) {
    String last = last(text);
    if (!last.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
      throw new IllegalArgumentException("has no duration: \"" + text + "\"");
    }
    return duration(new BigDecimal(last), unitNanos);
  }

  /** So many units, no less than none. */
  static long duration(BigDecimal units, long unitNanos) {
    BigDecimal nanos = units.multiply(BigDecimal.valueOf(unitNanos));
    if (nanos.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("has a duration of years: \"" + units + "\"");
    }
    return nanos.longValue();
  }

  /** Of a list as nginx has it, {@code a, b : c}. */
  static String last(String list) {
    int comma = list.lastIndexOf(", ");
    int colon = list.lastIndexOf(" : ");
    return list.substring(Math.max(comma < 0 ? 0 : comma + 2, colon < 0 ? 0 : colon + 3)).strip();
  }

  /** Since the epoch. */
  static long nanos(Instant instant) {
    if (instant.isBefore(Instant.EPOCH) || instant.isAfter(LATEST)) {
      throw new IllegalArgumentException("has a time out of range: " + instant);
    }
    return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
  }
}
