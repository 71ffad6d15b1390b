package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the tables over real sockets: what the client is told, what the backend sees, and what is counted. */
@ParameterizedClass
@MethodSource("dev.ballast.proxy.Transports#available")
class AttackTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private static final int NOTICED_MILLIS = 3_000;

  private final Proxy proxy;

  AttackTest(TransportKind transport) {
    proxy =
        Proxy.start(settings -> settings.withTransport(transport).withLimits(limits(transport)));
  }

  /** Over io_uring a reset may go unnoticed that comes between two reads, until the time is over to wait for more. */
  private static Limits limits(TransportKind transport) {
    return transport == TransportKind.IO_URING
        ? Limits.defaults()
            .with(Limit.HEAD_MILLIS, NOTICED_MILLIS)
            .with(Limit.KEEP_ALIVE_MILLIS, NOTICED_MILLIS)
        : Limits.defaults();
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void shouldRefuseEveryAttackAndCountItByReason() {
    var refused = new TreeMap<String, Integer>();
    try (var backend = TestBackend.answering(OK)) {
      proxy.use(Configuration.http(proxy.port(), backend));
      for (Sample sample : Sample.requests()) {
        if (sample.isRefused()) {
          assertRefused(sample);
          refused.merge(sample.reason(), 1, Integer::sum);
        }
      }
    }
    assertThat(refused).hasSizeGreaterThan(20);
    assertCounted("ballast_proxy_requests_refused_total", refused);
  }

  /** What came before it is answered; then come the refusal and the end, whatever else was sent. */
  private void assertRefused(Sample sample) {
    try (var client = proxy.client()) {
      client.send(sample.bytes());
      for (int i = 0; i < sample.messages().size(); i++) {
        assertThat(client.read().status()).as(sample.description()).isEqualTo(200);
      }
      RawClient.Answer answer = client.read();
      assertThat(answer.status() + " " + answer.field("Ballast-Reason"))
          .as(sample.description())
          .isEqualTo(sample.end());
      assertThat(answer.field("Connection")).as(sample.description()).isEqualTo("close");
      assertThat(client.isEnded()).as(sample.description()).isTrue();
    }
  }

  private void assertCounted(String metric, Map<String, Integer> expected) {
    String metrics = proxy.admin("/metrics").body();
    expected.forEach(
        (reason, count) ->
            assertThat(metrics)
                .contains("\n%s{reason=\"%s\"} %d.0\n".formatted(metric, reason, count)));
  }

  @Test
  void shouldPassOnExactlyWhatIsMeant() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    try (var backend = TestBackend.running(conversation -> record(conversation, seen))) {
      proxy.use(Configuration.http(proxy.port(), backend));
      for (Sample sample : Sample.requests()) {
        if (sample.isAccepted()) {
          assertPassedOn(sample, seen);
        }
      }
    }
  }

  private void assertPassedOn(Sample sample, LinkedBlockingQueue<String> seen) throws Exception {
    try (var client = proxy.client()) {
      client.send(sample.bytes());
      for (String expected : sample.messages()) {
        assertThat(seen.poll(5, TimeUnit.SECONDS)).as(sample.description()).isEqualTo(expected);
        assertThat(client.read(!expected.startsWith("HEAD ")).status()).isEqualTo(200);
      }
    }
    assertThat(seen).as(sample.description()).isEmpty();
  }

  /** Each request with all its bytes. */
  private static void record(TestBackend.Conversation conversation, LinkedBlockingQueue<String> to)
      throws IOException {
    for (String head = conversation.readHead(); head != null; head = conversation.readHead()) {
      byte[] body =
          HttpText.field(head, "Transfer-Encoding") == null
              ? conversation.readBody(head)
              : HttpText.readFramedChunks(conversation.in());
      to.add(Sample.withoutForwarding(head) + new String(body, StandardCharsets.ISO_8859_1));
      conversation.write(head.startsWith("HEAD ") ? OK.replace("\r\nok", "\r\n") : OK);
    }
  }

  @Test
  void shouldPassOnAnswersAsMeantAndCountTheOthersByReason() throws Exception {
    var refused = new TreeMap<String, Integer>();
    var next = new AtomicReference<Sample>();
    try (var backend = TestBackend.running(conversation -> answer(conversation, next.get()))) {
      proxy.use(Configuration.http(proxy.port(), backend));
      for (Sample sample : Sample.answers()) {
        next.set(sample);
        assertAnswered(sample);
        if (sample.isRefused()) {
          refused.merge(sample.reason(), 1, Integer::sum);
        }
      }
    }
    assertThat(refused).hasSizeGreaterThan(15);
    assertCounted("ballast_proxy_answers_refused_total", refused);
  }

  private static void answer(TestBackend.Conversation conversation, Sample sample)
      throws IOException {
    conversation.readRequest();
    conversation.write(new String(sample.bytes(), StandardCharsets.ISO_8859_1));
  }

  private void assertAnswered(Sample sample) throws IOException {
    String method = sample.asked().isEmpty() ? "GET" : sample.asked();
    try (var client = proxy.client()) {
      client.send(method + " / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
      String got = client.readToItsEnd();
      String expected = String.join("", sample.messages());
      if (sample.isAccepted()) {
        assertThat(got).as(sample.description()).isEqualTo(expected);
      } else if (sample.isRefused() && (expected.isEmpty() || expected.contains(" 102 "))) {
        assertThat(got)
            .as(sample.description())
            .startsWith(expected + "HTTP/1.1 502 Bad Gateway\r\n")
            .contains("\r\nBallast-Reason: answer-malformed\r\n");
      } else if (sample.isRefused()) {
        assertThat(expected).as(sample.description()).startsWith(got);
      } else if (sample.end().equals("head")) {
        assertThat(got).as(sample.description()).contains("HTTP/1.1 502 Bad Gateway\r\n");
      } else {
        assertThat(got)
            .as(sample.description())
            .doesNotContain("502")
            .doesNotEndWith("\r\n0\r\n\r\n");
      }
    }
  }

  @Test
  void shouldNotBeLeftWithAnythingOfAttacks() {
    List<RawClient> clients = new ArrayList<>();
    try (var backend = TestBackend.answering(OK)) {
      proxy.use(Configuration.http(proxy.port(), backend));
      for (Sample sample : Sample.requests()) {
        clients.add(proxy.client().send(sample.bytes()));
      }
      clients.forEach(RawClient::reset);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
      await("of the backend's connections none is left but those that are kept")
          .until(() -> backend.openConnections() == proxy.metric("ballast_proxy_upstreams_idle"));
      assertThat(proxy.backend("web", "b1").inFlight()).isZero();
    }
  }
}
