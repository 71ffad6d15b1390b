package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Long TCP streams: intact, half-closed as their ends wish, and untouched by changes of the configuration. */
class StreamIT {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int CHUNKS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Deployment SYSTEM = Deployment.ofTwo("stream");
  private static final Map<String, String> BACKENDS = new TreeMap<>();

  @BeforeAll
  static void configure() {
    for (String name : new String[] {"b1", "b2", "b3"}) {
      BACKENDS.put(name, SYSTEM.startBackend(name));
    }
    SYSTEM.applied(Web.of(BACKENDS));
    SYSTEM.lbs().forEach(LbProcess::awaitReady);
  }

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  @Test
  void shouldEchoHundredMegabytesWhileTheConfigurationChanges() throws Exception {
    var sent = MessageDigest.getInstance("SHA-256");
    try (var churn = Churn.start(SYSTEM, BACKENDS);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        Socket stream = connect(Web.TCP)) {
      var received = threads.submit(() -> Received.all(stream.getInputStream()));
      var random = new Random(1);
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int i = 0; i < CHUNKS; i++) {
        churn.awaitChanges(i / 2);
        random.nextBytes(chunk);
        sent.update(chunk);
        stream.getOutputStream().write(chunk);
      }
      stream.shutdownOutput();

      Received all = received.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Figures.print("stream_bytes_echoed", all.bytes());
      Figures.print("stream_changes_meanwhile", churn.changes());
      assertThat(all.bytes()).isEqualTo((long) CHUNK_BYTES * CHUNKS);
      assertThat(all.sha256()).isEqualTo(HexFormat.of().formatHex(sent.digest()));
    }
  }

  @Test
  void shouldLetTheBackendFinishFirst() throws Exception {
    try (var server = new ServerSocket()) {
      server.bind(new InetSocketAddress(InetAddress.getByName(Addresses.next()), 0));
      SYSTEM.applied(poolOfOwn("own", server));
      var atBackend = CompletableFuture.supplyAsync(() -> finishFirst(server));
      try (Socket stream = connect(OWN_PORT)) {
        assertThat(stream.getInputStream().readAllBytes()).asString().isEqualTo("goodbye");

        byte[] late = new byte[CHUNK_BYTES];
        new Random(2).nextBytes(late);
        stream.getOutputStream().write(late);
        stream.shutdownOutput();

        assertThat(atBackend.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .isEqualTo(Received.of(late));
      }
    }
  }

  @Test
  void shouldKeepAStreamWhoseBackendAndListenerAreGone() throws Exception {
    String leaving = SYSTEM.startBackend("leaving");
    SYSTEM.applied(
        OWN.formatted("leaving", OWN_PORT)
            + "\n  - {name: leaving, address: \""
            + leaving
            + ":"
            + Web.BACKEND_TCP
            + "\"}\n");
    try (Socket stream = connect(OWN_PORT)) {
      assertEchoes(stream, "before");
      assertThat(SYSTEM.ballast("delete", "loadbalancer", "leaving").exitCode()).isZero();
      SYSTEM.api().delete("/v1/pools/own/backends/leaving").orFail();
      SYSTEM.lbs().forEach(lb -> lb.awaitInUse(SYSTEM.api().revision()));
      assertEchoes(stream, "after");
    }
  }

  private static final int OWN_PORT = 9100;

  private static final String OWN =
      """
      kind: LoadBalancer
      name: %s
      domain: own.example.test
      listeners: [{name: own, port: %d, protocol: tcp, pool: own}]
      ---
      kind: Pool
      name: own
      algorithm: {type: round-robin}
      backends:""";

  private static String poolOfOwn(String name, ServerSocket server) {
    return OWN.formatted(name, OWN_PORT)
        + "\n  - {name: b1, address: \"%s:%d\"}\n"
            .formatted(server.getInetAddress().getHostAddress(), server.getLocalPort());
  }

  private static Received finishFirst(ServerSocket server) {
    try (Socket client = server.accept()) {
      client
          .getOutputStream()
          .write("goodbye".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      client.shutdownOutput();
      return Received.all(client.getInputStream());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private static void assertEchoes(Socket stream, String text) throws IOException {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    OutputStream out = stream.getOutputStream();
    out.write(bytes);
    assertThat(stream.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
  }

  private static Socket connect(int port) throws IOException {
    return HttpConnection.connect(Place.HERE, SYSTEM.lbs().getFirst().at(port), PATIENCE);
  }

  /** What came out of a stream until its end. */
  private record Received(long bytes, String sha256) {
    static Received all(InputStream in) throws IOException {
      MessageDigest digest = digest();
      long bytes = 0;
      byte[] buffer = new byte[64 << 10];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        bytes += count;
      }
      return new Received(bytes, HexFormat.of().formatHex(digest.digest()));
    }

    static Received of(byte[] bytes) {
      return new Received(bytes.length, HexFormat.of().formatHex(digest().digest(bytes)));
    }

    private static MessageDigest digest() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (java.security.NoSuchAlgorithmException failure) {
        throw new AssertionError(failure);
      }
    }
  }
}
