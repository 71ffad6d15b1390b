package dev.ballast.proxy;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A path with {@code $1} … {@code $9} for what the groups of a regular expression matched, {@code $0} for all of it and {@code $$} for a
 * dollar sign. Immutable.
 */
final class PathTemplate {
  private static final boolean[] MAY_STAND = new boolean[256];

  static {
    for (int i = 0; i < 0x80; i++) {
      MAY_STAND[i] = Character.isLetterOrDigit(i) || "-._~!$&'()*+,;=:@/".indexOf(i) >= 0;
    }
  }

  private final Pattern pattern;
  private final byte[] template;

  PathTemplate(Pattern pattern, String template) {
    this.pattern = pattern;
    this.template = template.getBytes(StandardCharsets.UTF_8);
  }

  /** The path that this makes of another one; {@code /} if it were to lead above the root. */
  byte[] fill(RequestPath path) {
    byte[] matched = Arrays.copyOfRange(path.matched(), path.matchedStart(), path.matchedEnd());
    Matcher matcher = pattern.matcher(matched);
    var filled = new ByteArrayOutputStream();
    filled.write('/');
    if (matcher.matches()) {
      fill(matched, matcher, filled);
    }
    byte[] all = filled.toByteArray();
    boolean isRooted = all.length > 1 && all[1] == '/';
    return normalised(encoded(isRooted ? Arrays.copyOfRange(all, 1, all.length) : all));
  }

  private void fill(byte[] matched, Matcher matcher, ByteArrayOutputStream filled) {
    int at = 0;
    while (at < template.length) {
      byte next = at + 1 < template.length ? template[at + 1] : 0;
      if (template[at] != '$' || (next != '$' && !Grammar.isDigit(next))) {
        filled.write(template[at++]);
      } else if (next == '$') {
        filled.write('$');
        at += 2;
      } else {
        writeGroup(matched, matcher, next - '0', filled);
        at += 2;
      }
    }
  }

  private static void writeGroup(
      byte[] matched, Matcher matcher, int group, ByteArrayOutputStream filled) {
    if (group <= matcher.groupCount() && matcher.start(group) >= 0) {
      int start = matcher.start(group);
      filled.write(matched, start, matcher.end(group) - start);
    }
  }

  private static byte[] normalised(byte[] path) {
    var normal = new RequestPath(path.length, path.length);
    return normal.read(path, 0, path.length) == null
        ? Arrays.copyOfRange(normal.passed(), normal.passedStart(), normal.passedEnd())
        : Grammar.ascii("/");
  }

  /** With what may not stand in a path encoded; what is encoded already stays so. */
  static byte[] encoded(byte[] path) {
    var encoded = new byte[path.length * 3];
    int out = 0;
    for (int at = 0; at < path.length; at++) {
      boolean isKept = MAY_STAND[path[at] & 0xff] || isEncoding(path, at);
      if (isKept) {
        encoded[out++] = path[at];
      } else {
        out = RequestPath.encode(path[at] & 0xff, encoded, out);
      }
    }
    return Arrays.copyOf(encoded, out);
  }

  private static boolean isEncoding(byte[] path, int at) {
    return path[at] == '%'
        && at + 2 < path.length
        && Grammar.hexadecimal(path[at + 1]) >= 0
        && Grammar.hexadecimal(path[at + 2]) >= 0;
  }
}
