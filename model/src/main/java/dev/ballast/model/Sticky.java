package dev.ballast.model;

import java.time.Duration;

/** How a client stays with a backend, as long as that is eligible. */
public sealed interface Sticky {
  /**
   * By a signed cookie that we set.
   *
   * @param lifetime of the cookie; zero: until the browser ends
   */
  record Cookie(String name, String path, Duration lifetime, boolean isSecure) implements Sticky {
    public static final String DEFAULT_NAME = "ballast";
  }

  /** By the same signed value in a field of our answers, which clients send back. */
  record Header(String name) implements Sticky {}
}
