package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers of the PROXY protocol, as they come over the wire: whole, cut at every point, and wrong. */
class ProxyHeaderTest {
  private static final int LIMIT = 256;
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String FOUR = "c0000201" + "c6336401" + "c350" + "01bb";
  private static final String SIX =
      "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "c350" + "01bb";
  private static final Peer FRONT =
      new Peer(new InetSocketAddress("10.0.0.1", 1), new InetSocketAddress("10.0.0.2", 2), false);

  /** What a header says: {@code client > server}, or {@code front} where it names nobody. */
  record Accepted(String description, String bytes, String peer) {
    @Override
    public String toString() {
      return description;
    }
  }

  record Refused(String description, String bytes, Fault fault) {
    @Override
    public String toString() {
      return description;
    }
  }

  static Stream<Accepted> accepted() {
    String four = "192.0.2.1:50000 > 198.51.100.1:443";
    String six = "2001:db8:0:0:0:0:0:1:50000 > 2001:db8:0:0:0:0:0:2:443";
    String longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    return Stream.of(
        new Accepted("1: IPv4", text("PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n"), four),
        new Accepted("1: IPv6", text("PROXY TCP6 2001:db8::1 2001:db8::2 50000 443\r\n"), six),
        new Accepted("1: unknown", text("PROXY UNKNOWN\r\n"), "front"),
        new Accepted("1: unknown, with words", text("PROXY UNKNOWN a b c\r\n"), "front"),
        new Accepted(
            "1: unknown, the longest line",
            text("PROXY UNKNOWN " + longest + " " + longest + " 65535 65535\r\n"),
            "front"),
        new Accepted("2: IPv4", SIGNATURE + "2111000c" + FOUR, four),
        new Accepted("2: IPv6", SIGNATURE + "21210024" + SIX, six),
        new Accepted("2: IPv4 with a TLV", SIGNATURE + "21110010" + FOUR + "04000100", four),
        new Accepted("2: local", SIGNATURE + "20000000", "front"),
        new Accepted("2: local, with addresses", SIGNATURE + "2011000c" + FOUR, "front"),
        new Accepted("2: unspecified", SIGNATURE + "21000000", "front"),
        new Accepted("2: unspecified, with bytes", SIGNATURE + "21000002ffff", "front"),
        new Accepted("2: UNIX", SIGNATURE + "213100d8" + "2f".repeat(216), "front"));
  }

  static Stream<Refused> refused() {
    return Stream.of(
        missing("a request", text("GET / HTTP/1.1\r\n")),
        missing("another case", text("proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n")),
        missing("TLS", "16030100"),
        missing("no space", text("PROXY\r\n")),
        missing("a broken signature", "0d0a0d0a000d0a515549540d"),
        malformed("1: no addresses", text("PROXY TCP4\r\n")),
        malformed("1: a word too few", text("PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n")),
        malformed("1: a word too many", text("PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n")),
        malformed("1: two spaces", text("PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n")),
        malformed("1: LF alone", text("PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n")),
        malformed("1: an unknown family", text("PROXY UDP4 1.1.1.1 1.1.1.1 1 1\r\n")),
        malformed("1: the wrong family", text("PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n")),
        malformed("1: the other wrong family", text("PROXY TCP4 ::1 ::1 1 1\r\n")),
        malformed("1: half an address", text("PROXY TCP4 1.1 1.1.1.1 1 1\r\n")),
        malformed("1: a leading zero", text("PROXY TCP4 01.1.1.1 1.1.1.1 1 1\r\n")),
        malformed("1: 256", text("PROXY TCP4 256.1.1.1 1.1.1.1 1 1\r\n")),
        malformed("1: a zone", text("PROXY TCP6 fe80::1%1 ::1 1 1\r\n")),
        malformed("1: a name", text("PROXY TCP4 localhost 1.1.1.1 1 1\r\n")),
        malformed("1: port 65536", text("PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n")),
        malformed("1: port 01", text("PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n")),
        malformed("1: port -1", text("PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n")),
        malformed("1: no port", text("PROXY TCP4 1.1.1.1 1.1.1.1  1\r\n")),
        malformed("1: a NUL", text("PROXY TCP4 1.1.1.1 1.1.1.1 1 1\0\r\n")),
        malformed("2: version 1", SIGNATURE + "1111000c" + FOUR),
        malformed("2: an unknown command", SIGNATURE + "2211000c" + FOUR),
        malformed("2: an unknown family", SIGNATURE + "2141000c" + FOUR),
        malformed("2: an unknown transport", SIGNATURE + "2113000c" + FOUR),
        malformed("2: too short for IPv4", SIGNATURE + "2111000b" + FOUR),
        malformed("2: too short for IPv6", SIGNATURE + "21210023" + SIX),
        malformed("2: too short for UNIX", SIGNATURE + "213100d7" + "2f".repeat(216)),
        tooLarge("1: 108 bytes", text("PROXY UNKNOWN " + "x".repeat(92) + "\r\n")),
        tooLarge("1: no end", text("PROXY UNKNOWN " + "x".repeat(200))),
        tooLarge("2: beyond the limit", SIGNATURE + "211100f1" + FOUR + "00".repeat(300)));
  }

  private static Refused missing(String description, String bytes) {
    return new Refused(description, bytes, Fault.PROXY_HEADER_MISSING);
  }

  private static Refused malformed(String description, String bytes) {
    return new Refused(description, bytes, Fault.PROXY_HEADER_MALFORMED);
  }

  private static Refused tooLarge(String description, String bytes) {
    return new Refused(description, bytes, Fault.PROXY_HEADER_TOO_LARGE);
  }

  private static String text(String line) {
    return HexFormat.of().formatHex(line.getBytes(StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void shouldReadAHeaderAndLeaveWhatFollows(Accepted row) {
    var header = new ProxyHeader(LIMIT);

    assertThat(header.read(bytes(row.bytes() + "47"))).isEqualTo(row.bytes().length() / 2);
    assertThat(text(header.peer(FRONT))).isEqualTo(row.peer());
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void shouldWaitForTheRestWhereverAHeaderIsCut(Accepted row) {
    for (int cut = 0; cut < row.bytes().length(); cut += 2) {
      assertThat(new ProxyHeader(LIMIT).read(bytes(row.bytes().substring(0, cut))))
          .as("cut after %d bytes", cut / 2)
          .isEqualTo(ProxyHeader.MORE);
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldRefuseWhatIsNoHeader(Refused row) {
    var header = new ProxyHeader(LIMIT);

    assertThat(header.read(bytes(row.bytes()))).isEqualTo(ProxyHeader.REFUSED);
    assertThat(header.fault()).isEqualTo(row.fault());
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldNeverAcceptAPartOfWhatItRefuses(Refused row) {
    for (int cut = 0; cut < row.bytes().length(); cut += 2) {
      assertThat(new ProxyHeader(LIMIT).read(bytes(row.bytes().substring(0, cut))))
          .as("cut after %d bytes", cut / 2)
          .isIn(ProxyHeader.MORE, ProxyHeader.REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldEndWithEveryInput(long seed) {
    var random = new Random(seed);
    var starts = accepted().map(Accepted::bytes).toList();
    for (int i = 0; i < 100_000; i++) {
      ByteBuf in = bytes(starts.get(random.nextInt(starts.size())));
      int changes = 1 + random.nextInt(4);
      for (int j = 0; j < changes; j++) {
        in.setByte(random.nextInt(in.readableBytes()), random.nextInt(256));
      }
      assertThat(new ProxyHeader(LIMIT).read(in))
          .as("seed %d, input %d", seed, i)
          .isBetween(-2, LIMIT);
    }
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
  }

  private static String text(Peer peer) {
    return peer.equals(FRONT) ? "front" : text(peer.client()) + " > " + text(peer.server());
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
