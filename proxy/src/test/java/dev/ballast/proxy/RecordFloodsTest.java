package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.tls.ProtocolVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records of TLS that say nothing, in great numbers: whoever sends them is cut off or bears the cost, and others don't feel it. */
class RecordFloodsTest {
  private static final Authority CA = Authority.named("Floods CA");
  private static final long MIB = 1L << 20;
  private static final int CLIENTS = 20;
  private static final int MOST_RECORDS = 20_000;
  private static final int HIDDEN_RECORDS = 6_000;

  private interface Attack {
    void once(RecordClient client) throws IOException;
  }

  /** What is sent, and how many of it are taken in a row between two bytes of text. */
  enum Flood {
    EMPTY_RECORDS_1_2(ProtocolVersion.TLSv12, 30, RecordClient::empty),
    EMPTY_RECORDS_1_3(ProtocolVersion.TLSv13, 30, RecordClient::empty),
    WARNINGS_1_2(ProtocolVersion.TLSv12, 4, RecordClient::warning),
    WARNINGS_1_3(ProtocolVersion.TLSv13, 4, RecordClient::warning),
    RENEGOTIATIONS_1_2(ProtocolVersion.TLSv12, 0, RecordClient::renegotiation),
    HELLOS_1_3(ProtocolVersion.TLSv13, 0, RecordClient::renegotiation),
    KEY_UPDATES_1_3(ProtocolVersion.TLSv13, 30, RecordClient::keyUpdate);

    @SuppressWarnings("ImmutableEnumChecker") // immutable, though it does not say so
    private final ProtocolVersion version;

    private final int inARow;

    @SuppressWarnings("ImmutableEnumChecker") // a method reference
    private final Attack attack;

    Flood(ProtocolVersion version, int inARow, Attack attack) {
      this.version = version;
      this.inARow = inARow;
      this.attack = attack;
    }
  }

  private final TestBackend backend = TestBackend.named("one");
  private final Proxy proxy = Proxy.start();
  private final int tlsPort = Proxy.freePort();

  RecordFloodsTest() {
    proxy.use(
        Configuration.http(proxy.port(), backend)
            .put(CA.issueRsa("a.test").resource("a"))
            .httpsBalancer(
                "secure",
                tlsPort,
                List.of("*"),
                Configuration.tls("a"),
                Configuration.route("web")));
  }

  @AfterEach
  void stop() {
    proxy.close();
    backend.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"RENEGOTIATIONS_1_2", "HELLOS_1_3"})
  void shouldEndTheConnectionForOne(Flood flood) throws Exception {
    try (var client = RecordClient.to(tlsPort, flood.version)) {
      await().until(() -> proxy.metric("ballast_proxy_handshakes_pending") == 0);
      flood.attack.once(client);
      client.flush();
      await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
    }
    assertThat(proxy.metric("ballast_proxy_tls_broken_total")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldCutOffFloods(Flood flood) throws Exception {
    var sent = new AtomicLong();
    try (var bystander = Bystander.of(proxy)) {
      long before = loopNanos();
      for (boolean isCutOff : attack(client -> isCutOff(flood, client, sent), flood)) {
        assertThat(isCutOff).isTrue();
      }
      long nanos = loopNanos() - before;
      System.out.printf(
          "%d clients sent %d of %s before they were cut off, at the cost of %d ms of the event loops%n",
          CLIENTS, sent.get(), flood, Duration.ofNanos(nanos).toMillis());
      bystander.assertUnharmed("a flood of " + flood, 8 * MIB);
      await().until(() -> proxy.metric("ballast_proxy_tls_broken_total") == CLIENTS);
    }
  }

  private static boolean isCutOff(Flood flood, RecordClient client, AtomicLong sent) {
    try {
      for (int i = 0; i < MOST_RECORDS; i++) {
        flood.attack.once(client);
        client.flush();
        sent.incrementAndGet();
      }
      return false;
    } catch (IOException ended) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"RENEGOTIATIONS_1_2", "HELLOS_1_3"},
      mode = EnumSource.Mode.EXCLUDE)
  void shouldBearFloodsThatAreHiddenAmongABody(Flood flood) throws Exception {
    var sent = new AtomicLong();
    try (var bystander = Bystander.of(proxy)) {
      long before = loopNanos();
      for (boolean isTaken : attack(client -> isTakenHidden(flood, client, sent), flood)) {
        assertThat(isTaken).isTrue();
      }
      long nanos = loopNanos() - before;
      System.out.printf(
          "%d clients sent %d of %s among a body, at the cost of %.1f us of the event loops each%n",
          CLIENTS, sent.get(), flood, nanos / 1e3 / sent.get());
      bystander.assertUnharmed("a hidden flood of " + flood, 8 * MIB);
      await().until(() -> proxy.metric("ballast_proxy_connections_open") == 1);
      assertThat(proxy.metric("ballast_proxy_tls_broken_total")).isZero();
    }
  }

  private static boolean isTakenHidden(Flood flood, RecordClient client, AtomicLong sent) {
    try {
      client.text("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\n");
      for (int i = 0; i < HIDDEN_RECORDS; i += flood.inARow) {
        client.text("x");
        for (int j = 0; j < flood.inARow; j++) {
          flood.attack.once(client);
        }
        client.flush();
        sent.addAndGet(flood.inARow);
      }
      return true;
    } catch (IOException ended) {
      return false;
    }
  }

  private interface Try {
    boolean by(RecordClient client);
  }

  private List<Boolean> attack(Try attempt, Flood flood) throws Exception {
    var outcomes = new ArrayList<Future<Boolean>>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < CLIENTS; i++) {
        outcomes.add(
            threads.submit(
                () -> {
                  try (var client = RecordClient.to(tlsPort, flood.version)) {
                    return attempt.by(client);
                  }
                }));
      }
    }
    var all = new ArrayList<Boolean>();
    for (Future<Boolean> outcome : outcomes) {
      all.add(outcome.get());
    }
    return all;
  }

  /** What the event loops have used of the processors. */
  private static long loopNanos() {
    var threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(Objects::nonNull)
        .filter(thread -> thread.getThreadName().startsWith("ballast-loop"))
        .mapToLong(ThreadInfo::getThreadId)
        .map(threads::getThreadCpuTime)
        .sum();
  }
}
