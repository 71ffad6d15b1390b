package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AddressBlock;
import dev.ballast.model.Forwarding;
import dev.ballast.model.Forwarding.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What backends are told of the client, by who tells it; 10.0.0.0/8 and fd00::/8 are trusted. */
class ForwarderTest {
  private static final String TRUSTED = "10.0.0.9";
  private static final ForwardedChain CHAIN = new ForwardedChain(Limits.defaults());
  private static final String STRANGER = "192.0.2.9";

  private static Origin origin(String peer) {
    var server = new InetSocketAddress(InetAddress.ofLiteral("198.51.100.1"), 8080);
    return new Origin(
        new Peer(new InetSocketAddress(InetAddress.ofLiteral(peer), 5_000), server, true));
  }

  private static Forwarder forwarder(Style style, String requestIdField) {
    List<AddressBlock> trust =
        List.of(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("fd00::/8"));
    return Forwarder.of(new Forwarding(trust, style, requestIdField), "https");
  }

  private static String written(Forwarder forwarder, Origin origin, RequestHead head) {
    ByteBuf out = Unpooled.buffer();
    origin.begin(head, forwarder, CHAIN, new Random(1));
    RequestWriter.write(
        head, RoutePolicy.unchanged(forwarder, ErrorPages.NONE, Books.NONE), origin, out);
    String text = out.toString(StandardCharsets.ISO_8859_1);
    return text.substring(text.indexOf("\r\nHost:") + "\r\nHost: a.test\r\n".length())
        .replace("\r\n", "|");
  }

  private static String client(Origin origin) {
    return new String(origin.client(), 0, origin.clientLength(), StandardCharsets.US_ASCII);
  }

  static Stream<Arguments> lines() {
    return Stream.of(
        Arguments.of(
            "nothing came from a stranger",
            Style.X_FORWARDED,
            STRANGER,
            List.of(),
            "X-Forwarded-For: 192.0.2.9|X-Forwarded-Proto: https|X-Forwarded-Port: 8080|X-Forwarded-Host: a.test||"),
        Arguments.of(
            "a stranger's claims are replaced",
            Style.X_FORWARDED,
            STRANGER,
            List.of(
                "X-Forwarded-For: 1.1.1.1",
                "X-Forwarded-Proto: ftp",
                "X-Forwarded-Host: evil.test",
                "X-Forwarded-Port: 1",
                "Forwarded: for=1.1.1.1"),
            "X-Forwarded-For: 192.0.2.9|X-Forwarded-Proto: https|X-Forwarded-Port: 8080|X-Forwarded-Host: a.test||"),
        Arguments.of(
            "a trusted peer's word is continued",
            Style.X_FORWARDED,
            TRUSTED,
            List.of(
                "X-Forwarded-For: 1.1.1.1",
                "x-forwarded-for: 10.0.0.1, 10.0.0.2",
                "X-Forwarded-Proto: http",
                "X-Forwarded-Host: first.test",
                "Forwarded: for=6.6.6.6"),
            "X-Forwarded-For: 1.1.1.1, 10.0.0.1, 10.0.0.2, 10.0.0.9|X-Forwarded-Proto: http|X-Forwarded-Port: 8080|X-Forwarded-Host: first.test||"),
        Arguments.of(
            "a trusted peer that says nothing",
            Style.X_FORWARDED,
            TRUSTED,
            List.of("X-Forwarded-For:"),
            "X-Forwarded-For: 10.0.0.9|X-Forwarded-Proto: https|X-Forwarded-Port: 8080|X-Forwarded-Host: a.test||"),
        Arguments.of(
            "RFC 7239 from a stranger",
            Style.FORWARDED,
            STRANGER,
            List.of("Forwarded: for=1.1.1.1", "X-Forwarded-For: 1.1.1.1"),
            "Forwarded: for=192.0.2.9;host=a.test;proto=https||"),
        Arguments.of(
            "RFC 7239 continued, IPv6 quoted",
            Style.FORWARDED,
            "fd00::1",
            List.of("Forwarded: for=\"[2001:db8::1]:80\"", "Forwarded: for=10.0.0.1"),
            "Forwarded: for=\"[2001:db8::1]:80\", for=10.0.0.1, for=\"[fd00:0:0:0:0:0:0:1]\";host=a.test;proto=https||"),
        Arguments.of(
            "both families",
            Style.BOTH,
            STRANGER,
            List.of(),
            "X-Forwarded-For: 192.0.2.9|X-Forwarded-Proto: https|X-Forwarded-Port: 8080|X-Forwarded-Host: a.test|Forwarded: for=192.0.2.9;host=a.test;proto=https||"),
        Arguments.of(
            "no style, a stranger",
            Style.NONE,
            STRANGER,
            List.of("X-Forwarded-For: 1.1.1.1", "Forwarded: for=1.1.1.1", "A: b"),
            "A: b||"),
        Arguments.of(
            "no style, a trusted peer",
            Style.NONE,
            TRUSTED,
            List.of("X-Forwarded-For: 1.1.1.1", "Forwarded: for=1.1.1.1", "A: b"),
            "A: b|X-Forwarded-For: 1.1.1.1|Forwarded: for=1.1.1.1||"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lines")
  void shouldSayForWhomItForwards(
      String description, Style style, String peer, List<String> fields, String lines) {
    RequestHead head = Heads.get("/", fields.toArray(String[]::new));

    assertThat(written(forwarder(style, ""), origin(peer), head)).isEqualTo(lines);
  }

  static Stream<Arguments> chains() {
    return Stream.of(
        Arguments.of(STRANGER, "X-Forwarded-For: 1.1.1.1", "192.0.2.9"),
        Arguments.of(TRUSTED, "A: b", "10.0.0.9"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 1.1.1.1", "1.1.1.1"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 6.6.6.6, 1.1.1.1", "1.1.1.1"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 6.6.6.6, 1.1.1.1 ,10.0.0.1,, 10.0.0.2", "1.1.1.1"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 10.0.0.1, 10.0.0.2", "10.0.0.1"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 6.6.6.6, unknown, 10.0.0.2", "10.0.0.2"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 6.6.6.6, unknown", "10.0.0.9"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 1.1.1.1:4711", "1.1.1.1"),
        Arguments.of(TRUSTED, "X-Forwarded-For: [2001:db8::1]:443, fd00::7", "2001:db8::1"),
        Arguments.of(TRUSTED, "X-Forwarded-For: 1.1.1.1" + ", 10.0.0.1".repeat(50), "10.0.0.1"),
        Arguments.of(TRUSTED, "Forwarded: for=1.1.1.1", "1.1.1.1"),
        Arguments.of(TRUSTED, "Forwarded: for=6.6.6.6, For=\"1.1.1.1:80\";by=x", "1.1.1.1"),
        Arguments.of(
            TRUSTED, "Forwarded: proto=http;for=\"[2001:db8::1]\", for=10.0.0.1", "2001:db8::1"),
        Arguments.of(TRUSTED, "Forwarded: for=\"6.6.6.6, for=7.7.7.7\"", "10.0.0.9"),
        Arguments.of(TRUSTED, "Forwarded: for=6.6.6.6, proto=http", "10.0.0.9"),
        Arguments.of(TRUSTED, "Forwarded: for=6.6.6.6, for=_x, for=10.0.0.3", "10.0.0.3"),
        Arguments.of(TRUSTED, "Forwarded: host=\"a;for=6.6.6.6\";for=1.1.1.1", "1.1.1.1"),
        Arguments.of(TRUSTED, "Forwarded: for=\"", "10.0.0.9"));
  }

  @ParameterizedTest(name = "{1} from {0} is a request of {2}")
  @MethodSource("chains")
  void shouldFindTheClientBehindTrustedProxies(String peer, String field, String client) {
    Origin origin = origin(peer);
    origin.begin(Heads.get("/", field), forwarder(Style.BOTH, ""), CHAIN, new Random(1));

    assertThat(client(origin)).isEqualTo(client);
    assertThat(origin.isCut()).isEqualTo(field.length() > 400);
  }

  @Test
  void shouldForgetTheClientOfTheRequestBefore() {
    Origin origin = origin(TRUSTED);
    Forwarder forwarder = forwarder(Style.X_FORWARDED, "");
    origin.begin(Heads.get("/", "X-Forwarded-For: 1.1.1.1"), forwarder, CHAIN, new Random(1));
    origin.begin(Heads.get("/"), forwarder, CHAIN, new Random(1));

    assertThat(client(origin)).isEqualTo("10.0.0.9");
  }

  static Stream<Arguments> ids() {
    return Stream.of(
        Arguments.of("kept", TRUSTED, List.of("X-Request-Id: a-1~!"), "a-1~!"),
        Arguments.of("of a stranger", STRANGER, List.of("X-Request-Id: a-1"), null),
        Arguments.of("empty", TRUSTED, List.of("X-Request-Id:"), null),
        Arguments.of("with a space", TRUSTED, List.of("X-Request-Id: a b"), null),
        Arguments.of("not ASCII", TRUSTED, List.of("X-Request-Id: \u00e9"), null),
        Arguments.of(
            "the first of two", TRUSTED, List.of("x-request-id: a", "X-REQUEST-ID: b"), "a"),
        Arguments.of(
            "128 long", TRUSTED, List.of("X-Request-Id: " + "x".repeat(128)), "x".repeat(128)),
        Arguments.of("129 long", TRUSTED, List.of("X-Request-Id: " + "x".repeat(129)), null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ids")
  void shouldKeepSaneIdsOfTrustedPeersAndMakeTheOthers(
      String description, String peer, List<String> fields, String kept) {
    Origin origin = origin(peer);
    RequestHead head = Heads.get("/", fields.toArray(String[]::new));
    String lines = written(forwarder(Style.NONE, "x-request-id"), origin, head);

    assertThat(lines).isEqualTo("x-request-id: " + origin.idText() + "||");
    if (kept == null) {
      assertThat(origin.idText()).matches("[0-9a-f]{32}");
    } else {
      assertThat(origin.idText()).isEqualTo(kept);
    }
  }

  @Test
  void shouldPassTraceContextOnByteForByte() {
    RequestHead head =
        Heads.get(
            "/",
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "TraceState:  a=1,b=2 ");

    assertThat(written(forwarder(Style.NONE, ""), origin(STRANGER), head))
        .isEqualTo(
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01|TraceState:  a=1,b=2 ||");
  }
}
