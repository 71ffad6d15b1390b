package dev.ballast.simulator;

import java.time.DateTimeException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** In which format an access log is, if that is said; else it is found out from the first line that is of any. Immutable. */
public final class AccessLogFormat {
  /** Found out. */
  public static final AccessLogFormat AUTO = new AccessLogFormat(null);

  private static final String COMMON = "%h %l %u %t \"%r\" %>s %b";
  private static final String COMBINED = COMMON + " \"%{Referer}i\" \"%{User-agent}i\"";

  /** What comes behind the size of an answer in the common log format: quoted fields, and perhaps a number. */
  private static final Pattern BEHIND =
      Pattern.compile(
          "^.*?\\] \"(?:[^\"\\\\]|\\\\.)*+\" \\d{3} (?:\\d+|-)((?: \"(?:[^\"\\\\]|\\\\.)*+\")*+)(?: (\\d+)(\\.\\d+)?)?$");

  private final @Nullable LineFormat said;

  private AccessLogFormat(@Nullable LineFormat said) {
    this.said = said;
  }

  /**
   * A format that people name.
   *
   * @param text {@code auto}, {@code json} (Ballast's own), {@code common}, {@code combined}, {@code haproxy}, or a template of nginx with
   *     <code>$variables</code> or of Apache with {@code %directives}
   * @throws IllegalArgumentException if it is none of these
   */
  public static AccessLogFormat of(String text) {
    return switch (text) {
      case "auto" -> AUTO;
      case "json" -> new AccessLogFormat(new JsonLines());
      case "haproxy" -> new AccessLogFormat(new HaproxyLines());
      case "common" -> new AccessLogFormat(LogTemplate.apache(text, COMMON));
      case "combined" -> new AccessLogFormat(LogTemplate.apache(text, COMBINED));
      default -> new AccessLogFormat(template(text));
    };
  }

  private static LineFormat template(String text) {
    if (text.contains("$")) {
      return LogTemplate.nginx(text, text);
    }
    if (text.contains("%")) {
      return LogTemplate.apache(text, text);
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is not a log format: auto, json, common, combined, haproxy, or a template with nginx's $variables or Apache's %directives");
  }

  /** The one that was said, or the one that the line is of. */
  Optional<LineFormat> forLine(String line) {
    if (said != null) {
      return Optional.of(said);
    }
    if (line.startsWith("{")) {
      return Optional.of(new JsonLines());
    }
    return Stream.concat(Stream.of(new HaproxyLines()), common(line).stream())
        .filter(format -> isOf(line, format))
        .findFirst();
  }

  private static boolean isOf(String line, LineFormat format) {
    try {
      format.read(line);
      return true;
    } catch (IllegalArgumentException | DateTimeException none) {
      return false;
    }
  }

  /** A number behind it all is how long a request took: with a point in seconds, as of nginx, without one in microseconds, as of Apache's %D. */
  private static Optional<LineFormat> common(String line) {
    Matcher behind = BEHIND.matcher(line);
    if (!behind.matches()) {
      return Optional.empty();
    }
    String quotes = behind.group(1).replaceAll("\\\\.", "").replaceAll("[^\"]", "");
    int quoted = quotes.length() / 2;
    String kind = quoted < 2 ? "common" : "combined";
    String apache = COMMON + " \"%{x}i\"".repeat(quoted);
    if (behind.group(2) == null) {
      return Optional.of(LogTemplate.apache(kind, apache));
    }
    return Optional.of(
        behind.group(3) == null
            ? LogTemplate.apache(kind + ", then microseconds (%D)", apache + " %D")
            : LogTemplate.nginx(
                kind + ", then seconds ($request_time)",
                "$remote_addr - $remote_user [$time_local] \"$request\" $status $bytes"
                    + " \"$x\"".repeat(quoted)
                    + " $request_time"));
  }
}
