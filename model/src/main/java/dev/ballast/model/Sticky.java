package dev.ballast.model;

import java.time.Duration;

/** How a client stays with a backend, as long as that is eligible. */
public sealed interface Sticky {
  /**
   * By a signed cookie that we set.
   *
   * @param lifetime of the cookie; 0 to 400 days; zero: until the browser ends
   */
  record Cookie(String name, String path, Duration lifetime, boolean isSecure) implements Sticky {
    public static final String DEFAULT_NAME = "ballast";
    public static final String DEFAULT_PATH = "/";

    /** What browsers cut longer lifetimes to: 400 days. */
    private static final Duration MOST_LIFETIME = Duration.ofDays(400);

    public Cookie {
      Ranges.require("lifetime", lifetime, Duration.ZERO, MOST_LIFETIME);
      boolean isHostBound = name.startsWith("__Host-");
      if ((isHostBound || name.startsWith("__Secure-")) && !isSecure) {
        throw new IllegalArgumentException("browsers refuse " + name + " unless it is secure");
      }
      if (isHostBound && !path.equals(DEFAULT_PATH)) {
        throw new IllegalArgumentException("browsers refuse " + name + " unless its path is /");
      }
    }
  }

  /** By the same signed value in a field of our answers, which clients send back. */
  record Header(String name) implements Sticky {}
}
