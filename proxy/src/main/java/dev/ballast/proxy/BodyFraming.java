package dev.ballast.proxy;

/** How the end of a message's body is told (RFC 9112, section 6). */
enum BodyFraming {
  NONE,
  LENGTH,
  CHUNKED,
  /** By the end of the connection; answers only. */
  UNTIL_CLOSE
}
