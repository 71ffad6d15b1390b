package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.BackendTls;
import dev.ballast.model.Listener;
import dev.ballast.model.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Byte streams, with TLS on either side or on both. */
class TlsStreamTest {
  private static final Authority CA = Authority.named("Stream CA");
  private static final int BYTES = 8 << 20;

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Configuration configuration(boolean isTlsIn) {
    var tcp = new Listener("db", proxy.port(), Protocol.TCP, Optional.of("db"));
    var tls =
        new Listener("db", proxy.port(), Protocol.TLS, Optional.of("db"))
            .withTls(Configuration.tls("a"));
    return new Configuration()
        .put(CA.issue("a.test").resource("a"))
        .put(CA.resource("ca"))
        .balancer("db", List.of(), isTlsIn ? tls : tcp);
  }

  private Configuration clear(boolean isTlsIn, TestBackend backend) {
    return configuration(isTlsIn).pool("db", backend);
  }

  private Configuration secured(boolean isTlsIn, TlsBackend backend) {
    var tls = new BackendTls(true, Optional.of("ca"), Optional.of("b.test"), Optional.empty());
    return configuration(isTlsIn).tlsPool("db", tls, backend.address());
  }

  private RawClient client(boolean isTlsIn) {
    return isTlsIn ? RawClient.to(proxy.port(), CA.client(), "a.test") : proxy.client();
  }

  private static byte[] bytes() {
    var bytes = new byte[BYTES];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest(name = "TLS in: {0}, TLS out: {1}")
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void shouldPassOnEightMegabytesEachWay(boolean isTlsIn, boolean isTlsOut) throws Exception {
    try (var clear = TestBackend.echo();
        var secured = TlsBackend.echo(CA.context(CA.issue("b.test")))) {
      proxy.use(isTlsOut ? secured(isTlsIn, secured) : clear(isTlsIn, clear));
      try (var client = client(isTlsIn)) {
        byte[] sent = bytes();
        CompletableFuture<byte[]> received =
            CompletableFuture.supplyAsync(() -> read(client.in(), BYTES));
        client.send(sent);

        assertThat(Arrays.equals(received.get(), sent)).isTrue();
      }
    }
  }

  private static byte[] read(InputStream in, int length) {
    try {
      return in.readNBytes(length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldEndTheClientsTlsProperlyWhenTheBackendEnds() throws Exception {
    try (var backend = TestBackend.running(conversation -> conversation.write("bye"))) {
      proxy.use(clear(true, backend));
      try (var client = client(true)) {
        assertThat(client.in().readAllBytes()).hasSize(3);
      }
    }
  }

  @Test
  void shouldTakeInWhatAClientSendsAfterItsBackendHasEnded() throws Exception {
    var rest = new CompletableFuture<Integer>();
    try (var backend =
        TestBackend.running(
            conversation -> {
              conversation.socket().shutdownOutput();
              rest.complete(conversation.in().readAllBytes().length);
            })) {
      proxy.use(clear(true, backend));
      try (var client = client(true)) {
        assertThat(client.in().read()).isEqualTo(-1);
        client.send("still here");
        ((SSLSocket) client.socket()).shutdownOutput();

        assertThat(rest.get()).isEqualTo(10);
      }
    }
  }

  @Test
  void shouldPassOnTheEndOfAClientsTlsAsTheEndOfTheStream() throws Exception {
    var received = new CompletableFuture<Integer>();
    try (var backend =
        TestBackend.running(
            conversation -> received.complete(conversation.in().readAllBytes().length))) {
      proxy.use(clear(true, backend));
      try (var client = client(true)) {
        client.send("hello");
      }

      assertThat(received.get()).isEqualTo(5);
    }
  }

  @Test
  void shouldResetTheStreamWhenAClientEndsWithoutCloseNotify() throws Exception {
    var received = new CompletableFuture<Integer>();
    try (var backend =
            TestBackend.running(
                conversation -> {
                  try {
                    received.complete(conversation.in().readAllBytes().length);
                  } catch (SocketException e) {
                    received.completeExceptionally(e);
                  }
                });
        var plain = plainUnderTls(backend)) {
      plain.shutdownOutput();

      assertThatThrownBy(received::get).hasCauseInstanceOf(SocketException.class);
    }
  }

  /** A socket over which TLS was begun and something was said. */
  private Socket plainUnderTls(TestBackend backend) throws IOException {
    proxy.use(clear(true, backend));
    var plain = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    var tls =
        (SSLSocket)
            CA.client().getSocketFactory().createSocket(plain, "a.test", proxy.port(), false);
    tls.getOutputStream().write('x');
    tls.getOutputStream().flush();
    return plain;
  }
}
