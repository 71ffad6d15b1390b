package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header that a front proxy puts before the first byte of a connection: the PROXY protocol, versions 1 and 2
 * (haproxy.org, proxy-protocol.txt, 2020/03/05).
 *
 * <pre>
 * v1   PROXY TCP4 192.0.2.1 198.51.100.1 50000 443 CR LF         at most 107 bytes
 *      PROXY UNKNOWN … CR LF                                      the sender knows no client
 *
 * v2   0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A │ version, command │ family, transport │ length (2) │ addresses, TLVs
 *      command 0 LOCAL: the proxy itself speaks; 1 PROXY: on behalf of the client that the addresses name
 * </pre>
 *
 * <p>Where a header names no IP address (LOCAL, UNKNOWN, AF_UNIX, AF_UNSPEC), the front proxy itself counts as the client. What
 * stands in TLVs is skipped. Strict: what is not exactly of this form is refused.
 */
final class ProxyHeader {
  static final int MORE = -1;
  static final int REFUSED = -2;

  private static final byte[] TEXT_BEGIN = Grammar.ascii("PROXY ");
  private static final int TEXT_LIMIT = 107;
  private static final Pattern FOUR =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
  private static final Pattern SIX = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  static final byte[] BINARY_BEGIN = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final int BINARY_FIXED = 16;
  private static final int VERSION_2 = 2;
  private static final int PROXY = 1;
  private static final int INET = 1;
  private static final int INET6 = 2;
  private static final int UNIX = 3;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;
  static final int INET_BYTES = 12;
  static final int INET6_BYTES = 36;
  private static final int UNIX_BYTES = 216;

  private final int byteLimit;
  private Fault fault = Fault.PROXY_HEADER_MALFORMED;
  private @Nullable InetSocketAddress source;
  private @Nullable InetSocketAddress destination;

  /** @param byteLimit of a version 2 header, TLVs included */
  ProxyHeader(int byteLimit) {
    this.byteLimit = byteLimit;
  }

  /** The length of the header at the reader index; {@link #MORE} if it is not complete, {@link #REFUSED} if it is none. */
  int read(ByteBuf in) {
    if (begins(in, BINARY_BEGIN)) {
      return in.readableBytes() < BINARY_FIXED ? MORE : readBinary(in);
    }
    return begins(in, TEXT_BEGIN) ? readText(in) : refuse(Fault.PROXY_HEADER_MISSING);
  }

  /** Why it was refused. */
  Fault fault() {
    return fault;
  }

  /** Whom the connection is from, which came from this front proxy. */
  Peer peer(Peer front) {
    return source == null || destination == null ? front : new Peer(source, destination, true);
  }

  private int refuse(Fault why) {
    fault = why;
    return REFUSED;
  }

  /** Whether what is there begins as it should, as far as it goes. */
  private static boolean begins(ByteBuf in, byte[] expected) {
    int there = Math.min(in.readableBytes(), expected.length);
    for (int i = 0; i < there; i++) {
      if (in.getByte(in.readerIndex() + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private int readBinary(ByteBuf in) {
    int at = in.readerIndex();
    int version = in.getByte(at + 12) >> 4 & 0xf;
    int command = in.getByte(at + 12) & 0xf;
    int family = in.getByte(at + 13) >> 4 & 0xf;
    int transport = in.getByte(at + 13) & 0xf;
    int length = in.getUnsignedShort(at + 14);
    if (version != VERSION_2 || command > PROXY || family > UNIX || transport > DATAGRAM) {
      return refuse(Fault.PROXY_HEADER_MALFORMED);
    }
    if (BINARY_FIXED + length > byteLimit) {
      return refuse(Fault.PROXY_HEADER_TOO_LARGE);
    }
    if (command == PROXY && length < bytesOf(family)) {
      return refuse(Fault.PROXY_HEADER_MALFORMED);
    }
    if (in.readableBytes() < BINARY_FIXED + length) {
      return MORE;
    }
    if (command == PROXY && transport == STREAM && (family == INET || family == INET6)) {
      readAddresses(in, at + BINARY_FIXED, family == INET ? 4 : 16);
    }
    return BINARY_FIXED + length;
  }

  private static int bytesOf(int family) {
    return switch (family) {
      case INET -> INET_BYTES;
      case INET6 -> INET6_BYTES;
      case UNIX -> UNIX_BYTES;
      default -> 0;
    };
  }

  private void readAddresses(ByteBuf in, int at, int size) {
    int ports = at + 2 * size;
    source = new InetSocketAddress(address(in, at, size), in.getUnsignedShort(ports));
    destination =
        new InetSocketAddress(address(in, at + size, size), in.getUnsignedShort(ports + 2));
  }

  private static InetAddress address(ByteBuf in, int at, int size) {
    byte[] bytes = new byte[size];
    in.getBytes(at, bytes);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private int readText(ByteBuf in) {
    int length = lengthOfLine(in);
    if (length < 0) {
      boolean mayGoOn = in.readableBytes() < TEXT_LIMIT;
      return mayGoOn ? MORE : refuse(Fault.PROXY_HEADER_TOO_LARGE);
    }
    String line = in.toString(in.readerIndex(), length - 2, StandardCharsets.ISO_8859_1);
    boolean isProper =
        in.getByte(in.readerIndex() + length - 2) == '\r' && readWords(line.split(" ", -1));
    return isProper ? length : refuse(Fault.PROXY_HEADER_MALFORMED);
  }

  /** With its line end; -1 if that is not there within the limit. */
  private static int lengthOfLine(ByteBuf in) {
    int there = Math.min(in.readableBytes(), TEXT_LIMIT);
    int end = in.indexOf(in.readerIndex(), in.readerIndex() + there, (byte) '\n');
    return end < 0 ? -1 : end + 1 - in.readerIndex();
  }

  /** {@code PROXY TCP4 source destination port port}. */
  private boolean readWords(String[] words) {
    if (words[1].equals("UNKNOWN")) {
      return true;
    }
    boolean isFour = words[1].equals("TCP4");
    if (words.length != 6 || !(isFour || words[1].equals("TCP6"))) {
      return false;
    }
    InetAddress from = address(words[2], isFour);
    InetAddress to = address(words[3], isFour);
    int fromPort = port(words[4]);
    int toPort = port(words[5]);
    if (from == null || to == null || fromPort < 0 || toPort < 0) {
      return false;
    }
    source = new InetSocketAddress(from, fromPort);
    destination = new InetSocketAddress(to, toPort);
    return true;
  }

  /** Null if it is not an address of this family. */
  private static @Nullable InetAddress address(String text, boolean isFour) {
    if (!(isFour ? FOUR : SIX).matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Decimal, without leading zeros; -1 for anything else. */
  private static int port(String digits) {
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= 5
            && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')
            && (digits.length() == 1 || digits.charAt(0) != '0');
    int number = isNumber ? Integer.parseInt(digits) : -1;
    return number > 65_535 ? -1 : number;
  }
}
