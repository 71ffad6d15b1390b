package dev.ballast.proxy;

import com.google.re2j.Pattern;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What becomes of a request's path on the way to the backend, or in a redirect. The query is not part of it. Immutable. */
sealed interface PathRewrite {
  /** It stays as it is passed on. */
  record Unchanged() implements PathRewrite {
    static final Unchanged INSTANCE = new Unchanged();
  }

  /** Another path. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Whole(byte[] path) implements PathRewrite {}

  /**
   * Another beginning.
   *
   * @param prefix does not end with a slash; empty for the root
   * @param length of the prefix that the route matched, without a slash at its end
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Prefix(byte[] prefix, int length) implements PathRewrite {}

  /** What a regular expression makes of it. Costs a few objects for each request. */
  record Regex(PathTemplate template) implements PathRewrite {}

  /**
   * At most one of the three is present.
   *
   * @param match what the route is found by
   */
  static PathRewrite of(
      PathMatch match,
      Optional<String> path,
      Optional<String> prefix,
      Optional<String> regexReplacement) {
    if (path.isPresent()) {
      return new Whole(proper(path.get()));
    }
    if (prefix.isPresent()) {
      byte[] taken = match instanceof PathMatch.Prefix(byte[] matched) ? matched : new byte[0];
      return new Prefix(withoutSlash(proper(prefix.get())), withoutSlash(taken).length);
    }
    if (regexReplacement.isPresent() && match instanceof PathMatch.Regex(Pattern pattern)) {
      return new Regex(new PathTemplate(pattern, regexReplacement.get()));
    }
    return Unchanged.INSTANCE;
  }

  private static byte[] proper(String path) {
    byte[] encoded = PathTemplate.encoded(path.getBytes(StandardCharsets.UTF_8));
    return encoded.length > 0 && encoded[0] == '/' ? encoded : Grammar.ascii("/");
  }

  private static byte[] withoutSlash(byte[] path) {
    int end = path.length;
    while (end > 0 && path[end - 1] == '/') {
      end--;
    }
    return java.util.Arrays.copyOf(path, end);
  }

  /** Writes the path that takes the place of this one, which begins with a slash. */
  default void write(RequestPath path, ByteBuf out) {
    switch (this) {
      case Unchanged _ -> writeFrom(path, 0, out);
      case Whole(byte[] other) -> out.writeBytes(other);
      case Prefix(byte[] prefix, int length) -> writePrefixed(path, prefix, length, out);
      case Regex(PathTemplate template) -> out.writeBytes(template.fill(path));
    }
  }

  private static void writePrefixed(RequestPath path, byte[] prefix, int length, ByteBuf out) {
    out.writeBytes(prefix);
    boolean isNothingLeft = length == path.matchedEnd() - path.matchedStart();
    if (!isNothingLeft) {
      writeFrom(path, length, out);
    } else if (prefix.length == 0) {
      out.writeByte('/');
    }
  }

  private static void writeFrom(RequestPath path, int matchedOffset, ByteBuf out) {
    int start = path.passedAt(matchedOffset);
    out.writeBytes(path.passed(), start, path.passedEnd() - start);
  }
}
