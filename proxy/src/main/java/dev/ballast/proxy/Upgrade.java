package dev.ballast.proxy;

/**
 * The one protocol that an Upgrade field names, as offsets (RFC 9110, section 7.8). Passed on is an offer of exactly one
 * protocol that is spoken end to end, such as {@code websocket}. An offer of HTTP or TLS is passed over in silence, as a
 * server may do: to switch would put requests past this proxy that it never reads ("h2c smuggling"); so is an offer of
 * several. Reused for each head.
 */
final class Upgrade {
  private static final byte[][] OF_ONE_HOP = {
    Grammar.ascii("h2"), Grammar.ascii("http"), Grammar.ascii("tls"), Grammar.ascii("connect")
  };

  private int start;
  private int end;
  private boolean isPassedOn;
  private boolean isNamed;

  void clear() {
    isPassedOn = false;
    isNamed = false;
  }

  /** Reads one Upgrade field's value. */
  void read(byte[] bytes, int from, int to) {
    start = from;
    end = to;
    isPassedOn = !isNamed && isOneProtocol(bytes) && !isOfOneHop(bytes);
    isNamed = true;
  }

  /** {@code token} or {@code token/version}. */
  private boolean isOneProtocol(byte[] bytes) {
    int slashes = 0;
    for (int at = start; at < end; at++) {
      boolean isSlash = bytes[at] == '/' && at > start && at < end - 1;
      slashes += isSlash ? 1 : 0;
      if (!isSlash && !Grammar.isToken(bytes[at])) {
        return false;
      }
    }
    return end > start && slashes <= 1;
  }

  private boolean isOfOneHop(byte[] bytes) {
    for (byte[] name : OF_ONE_HOP) {
      if (Grammar.startsWithIgnoreCase(bytes, start, end, name)) {
        return true;
      }
    }
    return false;
  }

  boolean isPassedOn() {
    return isPassedOn;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }
}
