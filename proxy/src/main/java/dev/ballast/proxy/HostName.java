package dev.ballast.proxy;

/**
 * A host as the Host field names it: {@code name[:port]} or {@code [address]:port} (RFC 9110, section 7.2), as offsets of the
 * name, without port and without the dot at the end. An empty one is allowed. Reused for each head.
 */
final class HostName {
  private static final int MAX_PORT_DIGITS = 5;

  private int start;
  private int end;

  /** Whether the field value from {@code from} to {@code to} is a host. */
  boolean read(byte[] bytes, int from, int to) {
    start = from;
    end = from;
    if (from < to && bytes[from] == '[') {
      return readAddress(bytes, to);
    }
    while (end < to && Grammar.isHost(bytes[end])) {
      end++;
    }
    boolean isProper = end == to || (end > start && isPort(bytes, end, to));
    isProper &= start == to || bytes[start] != '.';
    if (end > start + 1 && bytes[end - 1] == '.') {
      end--;
    }
    return isProper;
  }

  private boolean readAddress(byte[] bytes, int to) {
    end = start + 1;
    while (end < to
        && (Grammar.hexadecimal(bytes[end]) >= 0 || bytes[end] == ':' || bytes[end] == '.')) {
      end++;
    }
    if (end == to || bytes[end] != ']' || end == start + 1) {
      return false;
    }
    end++;
    return end == to || isPort(bytes, end, to);
  }

  private static boolean isPort(byte[] bytes, int from, int to) {
    if (bytes[from] != ':' || to - from - 1 > MAX_PORT_DIGITS) {
      return false;
    }
    for (int at = from + 1; at < to; at++) {
      if (!Grammar.isDigit(bytes[at])) {
        return false;
      }
    }
    return true;
  }

  void clear() {
    start = 0;
    end = 0;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }
}
