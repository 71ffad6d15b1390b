package dev.ballast.sync;

/** The status codes that more than one place looks at (RFC 9110, section 15). */
final class HttpStatus {
  static final int OK = 200;
  static final int UNAUTHORIZED = 401;
  static final int FORBIDDEN = 403;

  private HttpStatus() {}
}
