package dev.ballast.proxy;

import com.google.re2j.Pattern;
import dev.ballast.model.RouteMatch;
import java.nio.charset.StandardCharsets;

/** Which paths a route takes, in the form that paths are matched in ({@link RequestPath}). */
sealed interface PathMatch {
  /** All. */
  record Any() implements PathMatch {}

  /** One. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Exact(byte[] path) implements PathMatch {}

  /** It and all below it, on segment borders. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Prefix(byte[] path) implements PathMatch {}

  /** Those that match as a whole, in linear time. */
  record Regex(Pattern pattern) implements PathMatch {}

  PathMatch ANY = new Any();

  static PathMatch of(RouteMatch match) {
    if (match.path().isPresent()) {
      return new Exact(pattern(match.path().get()));
    }
    if (match.pathPrefix().isPresent()) {
      return new Prefix(pattern(match.pathPrefix().get()));
    }
    return match.pathRegex().<PathMatch>map(regex -> new Regex(Pattern.compile(regex))).orElse(ANY);
  }

  private static byte[] pattern(String path) {
    return RequestPath.pattern(path.getBytes(StandardCharsets.UTF_8));
  }
}
