package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Timeouts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An LB server takes a backend out by itself that fails its requests, in whichever way: nobody else has to notice first. */
class PassiveEjectionTest {
  private static final String GET = HttpText.head("GET / HTTP/1.1", "Host: a", "Connection: close");
  private static final String POST =
      HttpText.head("POST / HTTP/1.1", "Host: a", "Connection: close", "Content-Length: 0");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(100);

  private static final Timeouts CONNECT = new Timeouts(SHORT, LONG, LONG, LONG);

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  /** In which way a backend fails, and under which time limits. */
  enum Failing {
    REFUSES {
      @Override
      TestBackend backend() {
        TestBackend gone = TestBackend.named("gone");
        gone.close();
        return gone;
      }
    },
    ANSWERS_503 {
      @Override
      TestBackend backend() {
        return TestBackend.answering("HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n");
      }
    },
    RESETS {
      @Override
      TestBackend backend() {
        return TestBackend.running(
            conversation -> {
              conversation.readRequest();
              conversation.socket().setSoLinger(true, 0);
              conversation.socket().close();
            });
      }
    },
    ENDS_UNANSWERED {
      @Override
      TestBackend backend() {
        return TestBackend.running(TestBackend.Conversation::readRequest);
      }
    },
    BREAKS_OFF {
      @Override
      TestBackend backend() {
        return TestBackend.running(
            conversation -> {
              conversation.readRequest();
              conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na");
            });
      }
    },
    DOES_NOT_BEGIN_TO_ANSWER {
      @Override
      Timeouts timeouts() {
        return new Timeouts(LONG, SHORT, LONG, LONG);
      }

      @Override
      TestBackend backend() {
        return silent();
      }
    },
    DOES_NOT_ANSWER_IN_ALL_THE_TIME_THERE_IS {
      @Override
      Timeouts timeouts() {
        return new Timeouts(LONG, LONG, LONG, SHORT);
      }

      @Override
      TestBackend backend() {
        return silent();
      }
    };

    abstract TestBackend backend();

    Timeouts timeouts() {
      return Configuration.BRISK;
    }

    private static TestBackend silent() {
      return TestBackend.running(
          conversation -> conversation.in().transferTo(OutputStream.nullOutputStream()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTakeOutABackendThat(Failing fails) {
    try (var bad = fails.backend();
        var good = TestBackend.named("good")) {
      proxy.use(
          Configuration.http(proxy.port(), bad, good)
              .pool("web", fails.timeouts(), Resiliences.ejection(3, LONG)));

      askUntilEjected(POST, "web/b1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTakeOutABackendToWhichRequestsMayBeSentTwiceThat(Failing fails) {
    try (var bad = fails.backend();
        var good = TestBackend.named("good")) {
      proxy.use(
          Configuration.http(proxy.port(), bad, good)
              .pool("web", fails.timeouts(), Resiliences.ejection(3, LONG)));

      askUntilEjected(GET, "web/b1");
    }
  }

  /** Its queue is full, so connects are not answered. */
  @Test
  void shouldTakeOutABackendThatTakesNoConnection() throws IOException {
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var _ = new Socket(InetAddress.getLoopbackAddress(), full.getLocalPort());
        var _ = new Socket(InetAddress.getLoopbackAddress(), full.getLocalPort());
        var good = TestBackend.named("good")) {
      proxy.use(
          Configuration.http(proxy.port(), good)
              .pool("web", CONNECT, Resiliences.ejection(3, LONG))
              .backend("web", "b0", "127.0.0.1:" + full.getLocalPort(), 1));

      askUntilEjected(POST, "web/b0");
    }
  }

  private void askUntilEjected(String request, String backend) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .untilAsserted(
            () -> {
              try (var client = proxy.client()) {
                assertThat(client.send(request).readToItsEnd()).isNotNull();
              }
              assertThat(proxy.admin("/observations").body())
                  .contains("\"ejected\":[\"" + backend + "\"]");
            });
  }
}
