package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TCP listeners: the stream is passed on whole, each direction by itself. */
class TcpTest {
  private static final int MEGABYTE = 1 << 20;

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void shouldEcho100MegabytesAndHonourHalfClose() throws Exception {
    try (var backend = TestBackend.echo();
        var client = proxy.use(Configuration.tcp(proxy.port(), backend)).client()) {
      CompletableFuture<String> received =
          CompletableFuture.supplyAsync(() -> digestOf(client.in()));

      String sent = sendRandom(client, 100);
      client.endOutput();

      assertThat(received.get()).isEqualTo(sent);
    }
  }

  @Test
  void shouldTryTheNextBackendWhenOneRefuses() {
    var gone = TestBackend.echo();
    gone.close();
    try (var backend = TestBackend.echo()) {
      proxy.use(Configuration.tcp(proxy.port(), gone, backend));
      for (int i = 0; i < 200; i++) {
        try (var client = proxy.client()) {
          client.send("hello").endOutput();
          assertThat(textOf(client.in())).isEqualTo("hello");
        }
      }
      assertThat(proxy.backend("cache", "b1").reason())
          .matches("ejected for [5-9] failures in a row, until .*");
    }
  }

  /** A backend whose queue is full lets a connect wait: meanwhile its client leaves. */
  @Test
  void shouldNotBlameABackendForAClientThatLeftDuringTheConnect() throws IOException {
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var _ = new Socket(InetAddress.getLoopbackAddress(), full.getLocalPort());
        var _ = new Socket(InetAddress.getLoopbackAddress(), full.getLocalPort())) {
      proxy.use(
          Configuration.tcp(proxy.port())
              .backend("cache", "b1", "127.0.0.1:" + full.getLocalPort(), 1));
      var client = proxy.client();
      await().until(() -> proxy.metric("ballast_proxy_connects_pending") == 1);
      client.reset();
      await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);

      assertThat(proxy.backend("cache", "b1").failures()).isZero();
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
      assertThat(proxy.metric("ballast_proxy_connects_pending")).isZero();
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"connect-failed\"}"))
          .isZero();
    }
  }

  @Test
  void shouldEndAStreamThatNobodyCanServe() throws IOException {
    proxy.use(Configuration.tcp(proxy.port()));
    assertThat(isEndedAtOnce()).isTrue();
    assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"no-backend\"}"))
        .isEqualTo(1);
  }

  /** The reset may come before the client knows that it was connected. */
  private boolean isEndedAtOnce() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  static String sendRandom(RawClient client, int megabytes) throws Exception {
    var random = new Random(1);
    var digest = MessageDigest.getInstance("SHA-256");
    byte[] block = new byte[MEGABYTE];
    OutputStream out = client.socket().getOutputStream();
    for (int i = 0; i < megabytes; i++) {
      random.nextBytes(block);
      digest.update(block);
      out.write(block);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static String digestOf(InputStream in) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[MEGABYTE];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        digest.update(block, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static String textOf(InputStream in) {
    try {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
