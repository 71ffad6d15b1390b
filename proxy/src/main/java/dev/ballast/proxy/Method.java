package dev.ballast.proxy;

/** Request methods, as far as forwarding depends on them. */
enum Method {
  GET(true),
  HEAD(true),
  OPTIONS(true),
  TRACE(true),
  PUT(true),
  DELETE(true),
  POST(false),
  PATCH(false),
  CONNECT(false),
  OTHER(false);

  private static final Method[] ALL = values();

  @SuppressWarnings("ImmutableEnumChecker") // never written to
  private final byte[] name = Grammar.ascii(name());

  private final boolean isIdempotent;

  Method(boolean isIdempotent) {
    this.isIdempotent = isIdempotent;
  }

  /** Whether doing it twice does no more than doing it once (RFC 9110, section 9.2.2). */
  boolean isIdempotent() {
    return isIdempotent;
  }

  /** Names are case-sensitive. */
  static Method named(byte[] bytes, int start, int end) {
    for (Method method : ALL) {
      if (method.name.length == end - start && Grammar.startsWith(bytes, start, end, method.name)) {
        return method;
      }
    }
    return OTHER;
  }
}
