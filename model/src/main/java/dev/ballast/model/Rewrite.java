package dev.ballast.model;

import java.util.Optional;

/**
 * What the backend is asked for instead; the query stays. At most one of the three paths is present.
 *
 * @param host the Host that the backend sees
 * @param path the whole path
 * @param prefix instead of what {@code match.pathPrefix} took
 * @param regexReplacement for {@code match.pathRegex}: the path, with {@code $1} … {@code $9} for its groups
 */
public record Rewrite(
    Optional<String> host,
    Optional<String> path,
    Optional<String> prefix,
    Optional<String> regexReplacement) {
  public static final Rewrite NONE =
      new Rewrite(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public Rewrite {
    if ((path.isPresent() ? 1 : 0)
            + (prefix.isPresent() ? 1 : 0)
            + (regexReplacement.isPresent() ? 1 : 0)
        > 1) {
      throw new IllegalArgumentException(
          "a rewrite has one of path, prefix and regexReplacement, not several");
    }
  }
}
