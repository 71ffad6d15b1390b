package dev.ballast.simulator;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HAProxy's HTTP log ({@code option httplog}), with or without what syslog puts before it: accept date, frontend, backend/server, and the timers
 * TR/Tw/Tc/Tr/Ta in milliseconds, of which Tr is how long the server took to its answer's head (HAProxy configuration manual, section 8.2.3).
 */
final class HaproxyLines implements LineFormat {
  private static final Pattern LINE =
      Pattern.compile(
          "\\[(\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d\\.\\d{3})] \\S+ ([^ /]+)/(\\S+)"
              + " -?\\d+/-?\\d+/-?\\d+/(-?\\d{1,9})/\\+?-?\\d+ ");
  private static final long MILLI = 1_000_000;

  @Override
  public String name() {
    return "haproxy";
  }

  @Override
  public LogLine read(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.find()) {
      throw new IllegalArgumentException("is not of HAProxy's HTTP log");
    }
    long took = Long.parseLong(matcher.group(4)) * MILLI;
    String server = matcher.group(3);
    return new LogLine(
        LogTimes.haproxy(matcher.group(1)),
        false,
        false,
        took,
        took,
        matcher.group(2),
        took < 0 || server.startsWith("<") ? null : server);
  }
}
