package dev.ballast.proxy;

import java.net.InetAddress;

/**
 * An IP address as 128 bits, read from text without making an object; an IPv4 address is one of {@code ::ffff:0:0/96} (RFC 4291,
 * section 2.5.5.2). Reused for each address.
 */
final class AddressBits {
  private static final long IPV4 = 0xffffL << 32;
  private static final int GROUPS = 8;

  private final int[] groups = new int[GROUPS];
  private long high;
  private long low;
  private int start;
  private int end;

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  boolean isIpv4() {
    return high == 0 && (low & ~0xffffffffL) == IPV4;
  }

  /** Where the text of the address alone begins, of what was last read. */
  int start() {
    return start;
  }

  int end() {
    return end;
  }

  void set(InetAddress address) {
    byte[] bytes = address.getAddress();
    high = bytes.length == 4 ? 0 : number(bytes, 0, 8);
    low = bytes.length == 4 ? IPV4 | number(bytes, 0, 4) : number(bytes, 8, 16);
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int at = from; at < to; at++) {
      number = (number << 8) | (bytes[at] & 0xff);
    }
    return number;
  }

  /**
   * Reads an address as proxies write it: {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1}, {@code [2001:db8::1]},
   * {@code [2001:db8::1]:80}.
   *
   * @return whether it is one
   */
  boolean read(byte[] bytes, int from, int to) {
    start = from;
    end = to;
    if (from < to && bytes[from] == '[') {
      start = from + 1;
      end = QueryText.indexOf(bytes, start, to, ']');
      return end < to && isPort(bytes, end + 1, to) && readIpv6(bytes, start, end);
    }
    int colon = QueryText.indexOf(bytes, from, to, ':');
    boolean isIpv6 = colon < to && QueryText.indexOf(bytes, colon + 1, to, ':') < to;
    if (isIpv6) {
      return readIpv6(bytes, from, to);
    }
    end = colon;
    high = 0;
    return isPort(bytes, colon, to) && readIpv4(bytes, from, colon);
  }

  /** Nothing, or a colon and up to five digits. */
  private static boolean isPort(byte[] bytes, int from, int to) {
    if (from == to) {
      return true;
    }
    boolean isPort = bytes[from] == ':' && to - from > 1 && to - from <= 6;
    for (int at = from + 1; at < to && isPort; at++) {
      isPort = Grammar.isDigit(bytes[at]);
    }
    return isPort;
  }

  private boolean readIpv4(byte[] bytes, int from, int to) {
    long value = ipv4(bytes, from, to);
    low = IPV4 | value;
    return value >= 0;
  }

  /** Four decimal numbers without leading zeros, or -1. */
  private static long ipv4(byte[] bytes, int from, int to) {
    long value = 0;
    int at = from;
    for (int part = 0; part < 4; part++) {
      int stop = part < 3 ? QueryText.indexOf(bytes, at, to, '.') : to;
      int octet = octet(bytes, at, stop);
      if (octet < 0 || (part < 3 && stop == to)) {
        return -1;
      }
      value = value << 8 | octet;
      at = stop + 1;
    }
    return value;
  }

  private static int octet(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length < 1 || length > 3 || (length > 1 && bytes[from] == '0')) {
      return -1;
    }
    int octet = 0;
    for (int at = from; at < to; at++) {
      if (!Grammar.isDigit(bytes[at])) {
        return -1;
      }
      octet = octet * 10 + bytes[at] - '0';
    }
    return octet > 255 ? -1 : octet;
  }

  private boolean readIpv6(byte[] bytes, int from, int to) {
    int count = 0;
    int gap = -1;
    int at = from;
    if (to - from >= 2 && bytes[from] == ':' && bytes[from + 1] == ':') {
      gap = 0;
      at = from + 2;
    }
    while (at < to) {
      int stop = QueryText.indexOf(bytes, at, to, ':');
      int read = stop == to ? readLast(bytes, at, to, count) : readGroup(bytes, at, stop, count);
      if (read == 0) {
        return false;
      }
      count += read;
      boolean isGap = stop + 1 < to && bytes[stop + 1] == ':';
      if ((isGap && gap >= 0) || stop + 1 == to) {
        return false;
      }
      gap = isGap ? count : gap;
      at = isGap ? stop + 2 : stop + 1;
    }
    return assemble(count, gap);
  }

  private int readGroup(byte[] bytes, int from, int to, int index) {
    if (to == from || to - from > 4 || index >= GROUPS) {
      return 0;
    }
    int group = 0;
    for (int at = from; at < to; at++) {
      int digit = Grammar.hexadecimal(bytes[at]);
      if (digit < 0) {
        return 0;
      }
      group = group << 4 | digit;
    }
    groups[index] = group;
    return 1;
  }

  /** The last group, or an IPv4 address in place of the last two. */
  private int readLast(byte[] bytes, int from, int to, int index) {
    if (QueryText.indexOf(bytes, from, to, '.') == to) {
      return readGroup(bytes, from, to, index);
    }
    long value = ipv4(bytes, from, to);
    if (value < 0 || index > GROUPS - 2) {
      return 0;
    }
    groups[index] = (int) (value >>> 16);
    groups[index + 1] = (int) (value & 0xffff);
    return 2;
  }

  private boolean assemble(int count, int gap) {
    if (gap < 0 ? count != GROUPS : count >= GROUPS) {
      return false;
    }
    high = 0;
    low = 0;
    int missing = GROUPS - count;
    for (int i = 0; i < GROUPS; i++) {
      boolean isInGap = gap >= 0 && i >= gap && i < gap + missing;
      int index = gap >= 0 && i >= gap ? i - missing : i;
      long group = isInGap ? 0 : groups[index];
      if (i < GROUPS / 2) {
        high = high << 16 | group;
      } else {
        low = low << 16 | group;
      }
    }
    return true;
  }
}
