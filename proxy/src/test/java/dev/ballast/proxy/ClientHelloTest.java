package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The first message of a TLS client: what is taken out of it, and what is refused. */
class ClientHelloTest {
  private static final int LIMIT = 16_384;
  private static final int INPUTS = 200_000;

  /** What a reading comes to. */
  private record Reading(int outcome, HandshakeFault fault, String name) {
    static Reading of(ClientHello hello, int outcome) {
      byte[] name = hello.serverName();
      return new Reading(
          outcome,
          outcome == ClientHello.REFUSED ? hello.fault() : null,
          name == null ? null : new String(name, StandardCharsets.ISO_8859_1));
    }
  }

  private static Reading whole(byte[] bytes) {
    var hello = new ClientHello(LIMIT);
    return Reading.of(hello, hello.read(Unpooled.wrappedBuffer(bytes)));
  }

  /** As it comes out when the bytes arrive up to each of the ends in turn. */
  private static Reading pieces(byte[] bytes, int... ends) {
    var hello = new ClientHello(LIMIT);
    int outcome = ClientHello.MORE;
    for (int i = 0; i < ends.length && outcome == ClientHello.MORE; i++) {
      outcome = hello.read(Unpooled.wrappedBuffer(bytes, 0, ends[i]));
    }
    return Reading.of(hello, outcome);
  }

  @Test
  void shouldFindTheNameThatARealClientAsksFor() throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine("Shop.Example.test", 443);
    engine.setUseClientMode(true);
    ByteBuffer record = ByteBuffer.allocate(32_768);
    engine.wrap(ByteBuffer.allocate(0), record);
    byte[] bytes = Arrays.copyOf(record.array(), record.position());

    assertThat(whole(bytes)).isEqualTo(new Reading(ClientHello.READ, null, "shop.example.test"));
  }

  @Test
  void shouldComeToTheSameAtEverySplitPoint() {
    byte[] message =
        HelloBytes.hello()
            .extension(0x0a0a, new byte[] {0})
            .named("a.test")
            .extension(0xfe0d, new byte[50])
            .message();
    for (int size : new int[] {1 << 14, 100, 37, 5}) {
      byte[] bytes = HelloBytes.records(message, size);
      for (int split = 1; split < bytes.length; split++) {
        assertThat(pieces(bytes, split, bytes.length))
            .as("records of %d bytes, split at %d", size, split)
            .isEqualTo(new Reading(ClientHello.READ, null, "a.test"));
      }
    }
  }

  @Test
  void shouldReadByteByByte() {
    byte[] bytes = HelloBytes.records(HelloBytes.hello().named("a.test").message(), 40);
    int[] ends = new int[bytes.length];
    Arrays.setAll(ends, i -> i + 1);

    assertThat(pieces(bytes, ends)).isEqualTo(new Reading(ClientHello.READ, null, "a.test"));
  }

  @Test
  void shouldTakeNothingOutOfTheBuffer() {
    byte[] bytes = HelloBytes.hello().named("a.test").bytes();
    ByteBuf in = Unpooled.wrappedBuffer(bytes);

    new ClientHello(LIMIT).read(in);

    assertThat(in.readableBytes()).isEqualTo(bytes.length);
  }

  @Test
  void shouldLeaveAloneWhatFollowsTheMessageInAnotherRecord() {
    byte[] bytes =
        HelloBytes.joined(HelloBytes.hello().named("a.test").bytes(), new byte[] {20, 3, 3});

    assertThat(whole(bytes)).isEqualTo(new Reading(ClientHello.READ, null, "a.test"));
  }

  static Stream<Arguments> proper() {
    return Stream.of(
        Arguments.of("no server name", HelloBytes.hello(), null),
        Arguments.of("no extensions at all", HelloBytes.hello().withoutExtensions(), null),
        Arguments.of(
            "GREASE around it",
            HelloBytes.hello()
                .extension(0x0a0a, new byte[0])
                .named("b.test")
                .extension(0xfafa, new byte[] {0}),
            "b.test"),
        Arguments.of("capital letters", HelloBytes.hello().named("B.TEST"), "b.test"),
        Arguments.of("an underscore", HelloBytes.hello().named("_x.b.test"), "_x.b.test"),
        Arguments.of(
            "the longest name", HelloBytes.hello().named("a".repeat(255)), "a".repeat(255)),
        Arguments.of(
            "the outer name of an encrypted hello",
            HelloBytes.hello().extension(0xfe0d, new byte[200]).named("outer.test"),
            "outer.test"),
        Arguments.of(
            "no session id", HelloBytes.hello().sessionId(new byte[0]).named("b.test"), "b.test"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("proper")
  void shouldRead(String what, HelloBytes hello, String name) {
    assertThat(whole(hello.bytes())).isEqualTo(new Reading(ClientHello.READ, null, name));
  }

  static Stream<Arguments> improper() {
    byte[] host = "a.test".getBytes(StandardCharsets.ISO_8859_1);
    byte[] proper = HelloBytes.hello().named("a.test").bytes();
    return Stream.of(
        Arguments.of("HTTP", "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.ISO_8859_1), "not-tls"),
        Arguments.of("SSL 2", new byte[] {(byte) 0x80, 0x2e, 1, 3, 1}, "not-tls"),
        Arguments.of("an alert", new byte[] {21, 3, 1, 0, 2, 1, 0}, "not-tls"),
        Arguments.of("another major version", new byte[] {22, 2, 0, 0, 1, 1}, "not-tls"),
        Arguments.of("a record version too new", with(proper, 2, 5), "hello-malformed"),
        Arguments.of("an empty record", new byte[] {22, 3, 1, 0, 0}, "hello-malformed"),
        Arguments.of("a record too long", new byte[] {22, 3, 1, 0x40, 1}, "hello-malformed"),
        Arguments.of("another handshake message", with(proper, 5, 2), "hello-malformed"),
        Arguments.of(
            "another record within the message",
            HelloBytes.joined(
                Arrays.copyOf(HelloBytes.records(HelloBytes.hello().message(), 20), 25),
                new byte[] {23, 3, 3, 0, 1, 0}),
            "hello-malformed"),
        Arguments.of(
            "a message beyond the limit",
            new byte[] {22, 3, 1, 0, 4, 1, 0, 0x40, 1},
            "hello-too-large"),
        Arguments.of(
            "too many records",
            HelloBytes.records(HelloBytes.hello().named("a".repeat(100)).message(), 1),
            "hello-too-large"),
        Arguments.of(
            "bytes left over",
            HelloBytes.hello().named("a.test").leavingOver(new byte[1]).bytes(),
            "hello-malformed"),
        Arguments.of(
            "a session id too long",
            HelloBytes.hello().sessionId(new byte[33]).bytes(),
            "hello-malformed"),
        Arguments.of(
            "half a cipher", HelloBytes.hello().ciphers(new byte[3]).bytes(), "hello-malformed"),
        Arguments.of(
            "no cipher", HelloBytes.hello().ciphers(new byte[0]).bytes(), "hello-malformed"),
        Arguments.of(
            "no compression",
            HelloBytes.hello().compressions(new byte[0]).bytes(),
            "hello-malformed"),
        Arguments.of(
            "two server names",
            HelloBytes.hello().named("a.test").named("b.test").bytes(),
            "hello-malformed"),
        Arguments.of(
            "another type of name",
            HelloBytes.hello().extension(0, HelloBytes.serverNames(1, host)).bytes(),
            "hello-malformed"),
        Arguments.of("an empty name", HelloBytes.hello().named("").bytes(), "hello-malformed"),
        Arguments.of(
            "a space in the name", HelloBytes.hello().named("a b").bytes(), "hello-malformed"),
        Arguments.of(
            "a NUL in the name", HelloBytes.hello().named("a\0b").bytes(), "hello-malformed"),
        Arguments.of(
            "a name too long",
            HelloBytes.hello().named("a".repeat(256)).bytes(),
            "hello-malformed"),
        Arguments.of(
            "an empty server name extension",
            HelloBytes.hello().extension(0, new byte[0]).bytes(),
            "hello-malformed"),
        Arguments.of(
            "a list shorter than its extension",
            HelloBytes.hello()
                .extension(0, HelloBytes.joined(HelloBytes.serverNames(0, host), new byte[2]))
                .bytes(),
            "hello-malformed"));
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("improper")
  void shouldRefuse(String what, byte[] bytes, String reason) {
    Reading reading = whole(bytes);

    assertThat(reading.outcome()).isEqualTo(ClientHello.REFUSED);
    assertThat(reading.fault().token()).isEqualTo(reason);
  }

  @Test
  void shouldComeToTheSameForDamagedInputHoweverItArrives() {
    long seed = 20_261_125;
    var random = new Random(seed);
    byte[] proper =
        HelloBytes.records(
            HelloBytes.hello().named("shop.test").extension(43, new byte[] {2, 3, 4}).message(),
            90);
    for (int n = 0; n < INPUTS; n++) {
      byte[] bytes = Arrays.copyOf(proper, 1 + random.nextInt(proper.length));
      for (int change = random.nextInt(4); change > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int split = 1 + random.nextInt(bytes.length);

      assertThat(pieces(bytes, split, bytes.length))
          .as("seed %d, input %d", seed, n)
          .isEqualTo(whole(bytes));
    }
  }
}
