package dev.ballast.model;

import java.util.Objects;

/**
 * A part of a request that may decide where it goes.
 *
 * @param name of the header (in lower case), the cookie or the parameter; empty where there is none: of the query then all of it
 */
public record RequestPart(Kind kind, String name) {
  /** The client's address: what {@code hash} goes by if nothing else is said. */
  public static final RequestPart ADDRESS = new RequestPart(Kind.SOURCE_ADDRESS, "");

  /** What part. */
  public enum Kind {
    /** The client's address. */
    SOURCE_ADDRESS,
    /** The value of a field. */
    HEADER,
    /** The value of a cookie. */
    COOKIE,
    /** The path, as the client wrote it. */
    PATH,
    /** The query, or a parameter of it, as the client wrote it. */
    QUERY,
    /** Path and query. */
    URI;

    /** Whether it has a name, which only a parameter may do without. */
    public boolean isNamed() {
      return this == HEADER || this == COOKIE;
    }

    boolean mayBeNamed() {
      return isNamed() || this == QUERY;
    }
  }

  public RequestPart {
    Objects.requireNonNull(kind);
    if (kind.isNamed() && name.isEmpty()) {
      throw new IllegalArgumentException("by: " + Codec.text(kind) + " needs a name");
    }
    if (!kind.mayBeNamed() && !name.isEmpty()) {
      throw new IllegalArgumentException("by: " + Codec.text(kind) + " has no name");
    }
  }
}
