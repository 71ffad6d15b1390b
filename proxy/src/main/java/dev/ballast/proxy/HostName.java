package dev.ballast.proxy;

/**
 * A host as the Host field names it: {@code name[:port]} or {@code [address][:port]} (RFC 9110, section 7.2), as offsets of the
 * name, without port and without the dot at the end. An empty one is allowed. Stricter than the grammar: a name has letters,
 * digits, hyphens and underscores between its dots, because servers differ on everything else. Reused for each head.
 */
final class HostName {
  private static final int MAX_PORT_DIGITS = 5;
  private static final int MAX_PORT = 65_535;

  private int start;
  private int end;

  /** Whether the field value from {@code from} to {@code to} is a host. */
  boolean read(byte[] bytes, int from, int to) {
    start = from;
    end = from;
    if (from == to) {
      return true;
    }
    boolean isNamed = bytes[from] == '[' ? readAddress(bytes, to) : readName(bytes, to);
    boolean isProper = isNamed && (end == to || isPort(bytes, end, to));
    if (isProper && bytes[end - 1] == '.') {
      end--;
    }
    return isProper;
  }

  /** Labels, none of them empty; a dot may stand at the end. */
  private boolean readName(byte[] bytes, int to) {
    boolean isLabelEmpty = true;
    while (end < to && (Grammar.isHost(bytes[end]) || bytes[end] == '.')) {
      boolean isDot = bytes[end] == '.';
      if (isDot && isLabelEmpty) {
        return false;
      }
      isLabelEmpty = isDot;
      end++;
    }
    return end > start;
  }

  private boolean readAddress(byte[] bytes, int to) {
    int colons = 0;
    end = start + 1;
    while (end < to
        && (Grammar.hexadecimal(bytes[end]) >= 0 || bytes[end] == ':' || bytes[end] == '.')) {
      colons += bytes[end] == ':' ? 1 : 0;
      end++;
    }
    if (end == to || bytes[end] != ']' || colons < 2) {
      return false;
    }
    end++;
    return true;
  }

  private static boolean isPort(byte[] bytes, int from, int to) {
    int digits = to - from - 1;
    if (bytes[from] != ':' || digits < 1 || digits > MAX_PORT_DIGITS) {
      return false;
    }
    int port = 0;
    for (int at = from + 1; at < to; at++) {
      if (!Grammar.isDigit(bytes[at])) {
        return false;
      }
      port = port * 10 + (bytes[at] - '0');
    }
    return port <= MAX_PORT;
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
