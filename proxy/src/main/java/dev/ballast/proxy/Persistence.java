package dev.ballast.proxy;

/** What becomes of the client's connection after an answer, and so what its head says about it. */
enum Persistence {
  /** Nothing need be said: HTTP/1.1 keeps connections. */
  KEPT,
  /** HTTP/1.0 keeps a connection only if that is said. */
  KEPT_IF_SAID,
  CLOSED;

  static Persistence of(boolean isKept, boolean isHttp10) {
    if (!isKept) {
      return CLOSED;
    }
    return isHttp10 ? KEPT_IF_SAID : KEPT;
  }
}
