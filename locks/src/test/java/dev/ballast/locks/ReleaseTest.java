package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A release without an answer may come later, so nobody may think that it has come because another one has. */
class ReleaseTest {
  private static final Random RANDOM = new Random();
  private final AtomicInteger asked = new AtomicInteger();

  /** Connections are made, and nothing is ever answered. */
  private ServerSocket silent;

  private HttpServer answering;

  enum Kind {
    ETCD,
    HTTP
  }

  @BeforeEach
  void start() throws IOException {
    silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    answering = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answering.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          byte[] body = "{\"succeeded\": true}".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    answering.start();
  }

  @AfterEach
  void stop() throws IOException {
    silent.close();
    answering.stop(0);
  }

  private LockEngine connect(Kind kind) {
    String first = "127.0.0.1:" + silent.getLocalPort();
    String second = "127.0.0.1:" + answering.getAddress().getPort();
    return switch (kind) {
      case ETCD -> EtcdEngine.connect("etcd://" + first + "," + second + "?timeout=300ms");
      case HTTP ->
          new HttpEngine(
              new HttpEngineSettings(
                  List.of(URI.create("http://" + first), URI.create("http://" + second)),
                  "",
                  "",
                  Duration.ofMillis(300),
                  null));
    };
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotAskAnotherOneWhereTheFirstMayHaveHeard(Kind kind) {
    try (var engine = connect(kind)) {
      var lease = LeaseId.of(1, RANDOM);
      assertThatThrownBy(() -> engine.release(lease, List.of("a")))
          .isInstanceOf(EngineUnavailable.class);
      assertThat(asked).hasValue(0);
      engine.release(lease, List.of("a"));
      assertThat(asked).as("the next release goes to the next").hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldAskAnotherOneWhereNothingWasSent(Kind kind) throws IOException {
    try (var engine = connect(kind)) {
      silent.close();
      engine.release(LeaseId.of(1, RANDOM), List.of("a"));
      assertThat(asked).hasValue(1);
    }
  }
}
