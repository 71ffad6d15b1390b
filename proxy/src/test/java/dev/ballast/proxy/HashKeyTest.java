package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.RequestPart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which requests belong together, by each part of a request. */
class HashKeyTest {
  private static final long SEED = 42;
  private static final long OTHERWISE = 4_711;
  private static final Peer PEER = peer("192.0.2.7", 1_000);

  private static Peer peer(String address, int port) {
    return new Peer(
        new InetSocketAddress(address, port), new InetSocketAddress("192.0.2.1", 80), true);
  }

  private static long hash(RequestPart.Kind kind, String name, String target, String... fields) {
    String text =
        HttpText.head(
            Stream.concat(Stream.of("GET " + target + " HTTP/1.1", "Host: a"), Stream.of(fields))
                .toArray(String[]::new));
    ByteBuf in = Unpooled.wrappedBuffer(Grammar.ascii(text));
    var head = new RequestHead(Limits.defaults());
    assertThat(head.read(in, in.readableBytes())).isNull();
    return new HashKey(new RequestPart(kind, name), SEED).of(head, new Origin(PEER), OTHERWISE);
  }

  private static String[] fields(String... fields) {
    return fields;
  }

  static Stream<Arguments> alike() {
    return Stream.of(
        Arguments.of(
            RequestPart.Kind.HEADER,
            "x-user",
            "/",
            fields("X-User: anna"),
            "/b?c",
            fields("x-USER:  anna ")),
        Arguments.of(
            RequestPart.Kind.COOKIE,
            "id",
            "/",
            fields("Cookie: id=7"),
            "/",
            fields("Cookie: a=b; id=7; c=d")),
        Arguments.of(
            RequestPart.Kind.COOKIE,
            "id",
            "/",
            fields("Cookie: id=7"),
            "/",
            fields("Cookie: xid=8", "Cookie: id=7")),
        Arguments.of(RequestPart.Kind.PATH, "", "/a/b?x", fields(), "/a/b", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/a?x=1", fields(), "/b?x=1", fields()),
        Arguments.of(
            RequestPart.Kind.QUERY, "user", "/a?user=7", fields(), "/b?x=1&user=7&y", fields()),
        Arguments.of(
            RequestPart.Kind.QUERY, "a", "/?a=%41b+c", fields(), "/?x&a=A%62%20c", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "a", "/?a=%41", fields(), "/?%61=A", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "a", "/?a=100%", fields(), "/?a=100%25", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/?a=%41&b=+", fields(), "/?a=A&b=%20", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/?a=%3d%", fields(), "/?a=%3D%25", fields()),
        Arguments.of(RequestPart.Kind.URI, "", "/a?x=1", fields("X-A: b"), "/a?x=1", fields()));
  }

  @ParameterizedTest
  @MethodSource("alike")
  void shouldKeepTogether(
      RequestPart.Kind kind,
      String name,
      String one,
      String[] ofOne,
      String other,
      String[] ofOther) {
    assertThat(hash(kind, name, one, ofOne))
        .isEqualTo(hash(kind, name, other, ofOther))
        .isNotEqualTo(OTHERWISE);
  }

  static Stream<Arguments> unlike() {
    return Stream.of(
        Arguments.of(
            RequestPart.Kind.HEADER,
            "x-user",
            "/",
            fields("X-User: anna"),
            "/",
            fields("X-User: Anna")),
        Arguments.of(
            RequestPart.Kind.COOKIE,
            "id",
            "/",
            fields("Cookie: id=7"),
            "/",
            fields("Cookie: id=70")),
        Arguments.of(RequestPart.Kind.PATH, "", "/a", fields(), "/ab", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/a?x=1", fields(), "/a?x=2", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "user", "/a?user=7", fields(), "/a?user=8", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "a", "/?a=%41", fields(), "/?a=a", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "a", "/?a=%2541", fields(), "/?a=%41", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "a", "/?a=1%262", fields(), "/?a=1&2", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/?a=1%26b=2", fields(), "/?a=1&b=2", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/?a%3d1", fields(), "/?a=1", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/?a=%2526", fields(), "/?a=%26", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/?a=%%32%36", fields(), "/?a=%26", fields()),
        Arguments.of(RequestPart.Kind.URI, "", "/a?x=1", fields(), "/a?x=2", fields()));
  }

  @ParameterizedTest
  @MethodSource("unlike")
  void shouldTellApart(
      RequestPart.Kind kind,
      String name,
      String one,
      String[] ofOne,
      String other,
      String[] ofOther) {
    assertThat(hash(kind, name, one, ofOne)).isNotEqualTo(hash(kind, name, other, ofOther));
  }

  static Stream<Arguments> without() {
    return Stream.of(
        Arguments.of(RequestPart.Kind.HEADER, "x-user", "/", fields("X-Users: anna")),
        Arguments.of(RequestPart.Kind.COOKIE, "id", "/", fields("Cookie: a=id=7; idx=7")),
        Arguments.of(RequestPart.Kind.COOKIE, "id", "/", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/a", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "", "/a?", fields()),
        Arguments.of(RequestPart.Kind.QUERY, "user", "/a?users=7", fields()));
  }

  @ParameterizedTest
  @MethodSource("without")
  void shouldGoAnywhereWithoutThePart(
      RequestPart.Kind kind, String name, String target, String[] fields) {
    assertThat(hash(kind, name, target, fields)).isEqualTo(OTHERWISE);
  }

  @Test
  void shouldKeepAClientTogetherWhateverItsPort() {
    var key = new HashKey(RequestPart.ADDRESS, SEED);
    assertThat(key.of(peer("192.0.2.7", 1), OTHERWISE))
        .isEqualTo(key.of(peer("192.0.2.7", 2), OTHERWISE))
        .isNotEqualTo(key.of(peer("192.0.2.8", 1), OTHERWISE));
    assertThat(key.of(peer("2001:db8::1", 1), OTHERWISE))
        .isNotEqualTo(key.of(peer("2001:db8::2", 1), OTHERWISE));
  }

  @Test
  void shouldKnowNothingOfStreamsButTheirAddress() {
    var key = new HashKey(new RequestPart(RequestPart.Kind.PATH, ""), SEED);
    assertThat(key.of(PEER, OTHERWISE)).isEqualTo(OTHERWISE);
  }

  @Test
  void shouldBeAnotherForAnotherFleet() {
    assertThat(new HashKey(RequestPart.ADDRESS, 1).of(PEER, OTHERWISE))
        .isNotEqualTo(new HashKey(RequestPart.ADDRESS, 2).of(PEER, OTHERWISE));
  }
}
