package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Timeouts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slow clients and floods: each is cut off and counted, costs bounded memory, and others don't feel it. */
class HostileClientsTest {
  private static final long MIB = 1L << 20;
  private static final int SMALL_BUFFER = 4_096;
  private static final Timeouts SHORT =
      new Timeouts(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofMillis(1_500),
          Duration.ofSeconds(30));

  private final List<RawClient> hostile = new ArrayList<>();
  private final TestBackend backend = TestBackend.running(HostileClientsTest::serve);
  private Proxy proxy;

  @AfterEach
  void stop() {
    hostile.forEach(RawClient::close);
    proxy.close();
    backend.close();
  }

  /**
   * A small answer, or at /large one without end. The kernel keeps little of that: with megabytes of each of hundreds it would come
   * under memory pressure and drop segments of everybody's, and what the others feel would be its retransmission timeouts.
   */
  private static void serve(TestBackend.Conversation conversation) throws IOException {
    for (String head = conversation.readRequest();
        head != null;
        head = conversation.readRequest()) {
      if (head.startsWith("GET /large ")) {
        conversation.keepUnsent(64 * 1024);
        conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
        for (byte[] block = new byte[64 * 1024]; ; ) {
          conversation.out().write(block);
        }
      }
      conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  }

  private void start(Limits limits) {
    proxy = Proxy.start(settings -> settings.withLimits(limits));
    proxy.use(Configuration.http(proxy.port(), backend).pool("web", SHORT, Optional.empty()));
  }

  private void open(int count, Consumer<RawClient> first) {
    for (int i = 0; i < count; i++) {
      var client = RawClient.to(proxy.port(), SMALL_BUFFER);
      hostile.add(client);
      first.accept(client);
    }
  }

  private void openIfTaken(Supplier<RawClient> connect) {
    try {
      hostile.add(connect.get());
    } catch (AssertionError refused) {
      assertThat(refused).hasCauseInstanceOf(IOException.class);
    }
  }

  /** A byte from each of them, again and again, until all have been counted as that. */
  private void dripUntil(byte[] drop, String metric, int count) {
    await(metric)
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              hostile.forEach(client -> client.sendIfOpen(drop));
              return proxy.metric(metric) >= count;
            });
  }

  private static String failed(String reason) {
    return "ballast_proxy_exchanges_failed_total{reason=\"" + reason + "\"}";
  }

  private static String refused(String reason) {
    return "ballast_proxy_requests_refused_total{reason=\"" + reason + "\"}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void shouldCutOffSlowHeads() throws Exception {
    start(Limits.defaults().with(Limit.HEAD_MILLIS, 1_000));
    try (var bystander = Bystander.of(proxy)) {
      open(300, client -> client.send("GET / HTTP/1.1\r\nHost: a.test\r\nX-Slow: "));
      dripUntil(bytes("x"), failed("head-timeout"), 300);
      bystander.assertUnharmed("300 slow heads", 16 * MIB);
    }
    assertThat(backend.connections()).as("backends hear nothing of them").isLessThanOrEqualTo(2);
  }

  @Test
  void shouldCutOffSlowBodies() throws Exception {
    start(Limits.defaults());
    try (var bystander = Bystander.of(proxy)) {
      open(
          100,
          client ->
              client.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000000\r\n\r\n"));
      dripUntil(bytes("x"), failed("client-silent"), 100);
      bystander.assertUnharmed("100 slow bodies", 16 * MIB);
    }
    await("backends are let go").until(() -> backend.openConnections() <= 2);
  }

  @Test
  void shouldTakeABodyThatIsSlowButGetsOn() {
    start(Limits.defaults().with(Limit.BODY_STEP_BYTES, 10));
    open(
        1, client -> client.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 200\r\n\r\n"));
    RawClient slow = hostile.getFirst();
    var sent = new AtomicLong();
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> slow.sendIfOpen(new byte[20]) && sent.addAndGet(20) == 200);
    assertThat(slow.read().status()).as("after longer than idle").isEqualTo(200);
  }

  @Test
  void shouldCutOffSlowReaders() throws Exception {
    start(Limits.defaults());
    try (var bystander = Bystander.of(proxy)) {
      open(100, client -> client.get("/large"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> proxy.metric(failed("client-stalled")) == 100);
      bystander.assertUnharmed("100 clients that take no answer", 100 * MIB / 2);
    }
  }

  @Test
  void shouldCutOffThoseWhoHoldMostWhenAllHoldTooMuch() throws Exception {
    long before = BufferBudget.usedBytes();
    int allowed = (int) (24 * MIB);
    proxy =
        Proxy.start(
            settings ->
                settings.withLimits(
                    Limits.defaults().with(Limit.BUFFERS_IN_ALL, (int) before + allowed)));
    proxy.use(
        Configuration.http(proxy.port(), backend)
            .pool("web", Timeouts.defaults(), Optional.empty()));
    try (var bystander = Bystander.of(proxy)) {
      open(600, client -> client.get("/large"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> proxy.metric("ballast_proxy_connections_shed_total") >= 300);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> BufferBudget.usedBytes() <= before + allowed);
      bystander.assertUnharmed("600 clients who together hold too much", allowed + 24 * MIB);
    }
    assertThat(proxy.metric("ballast_proxy_connections_open")).isGreaterThan(50);
  }

  @Test
  void shouldLetIdleConnectionsGo() throws Exception {
    start(Limits.defaults().with(Limit.KEEP_ALIVE_MILLIS, 1_500));
    try (var bystander = Bystander.of(proxy)) {
      open(1_500, client -> {});
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> proxy.metric("ballast_proxy_connections_expired_total") >= 1_500);
      bystander.assertUnharmed("1,500 idle connections", 8 * MIB);
    }
  }

  @Test
  void shouldRefuseConnectionsBeyondTheLimit() throws Exception {
    start(Limits.defaults().with(Limit.CLIENT_CONNECTIONS, 200));
    try (var bystander = Bystander.of(proxy)) {
      for (int i = 0; i < 1_000; i++) {
        openIfTaken(() -> RawClient.to(proxy.port(), SMALL_BUFFER));
      }
      await().until(() -> proxy.metric("ballast_proxy_connections_refused_total") >= 801);
      assertThat(proxy.metric("ballast_proxy_connections_open")).isEqualTo(200);
      bystander.assertUnharmed("1,000 connections where 200 may be", 8 * MIB);
    }
    hostile.forEach(RawClient::close);
    await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
    try (var client = proxy.client()) {
      assertThat(client.get("/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseConnectionsOfOneAddressBeyondItsLimitAndNoOthers() throws Exception {
    start(Limits.defaults().with(Limit.CLIENT_CONNECTIONS_PER_ADDRESS, 200));
    try (var bystander = Bystander.of(proxy)) {
      for (int i = 0; i < 1_000; i++) {
        openIfTaken(() -> RawClient.from("127.0.0.99", proxy.port()));
      }
      await()
          .until(() -> proxy.metric("ballast_proxy_connections_refused_by_address_total") == 800);
      assertThat(proxy.metric("ballast_proxy_connections_open")).as("and one").isEqualTo(201);
      try (var other = RawClient.from("127.0.0.98", proxy.port())) {
        assertThat(other.get("/").read().status()).isEqualTo(200);
      }
      bystander.assertUnharmed("1,000 connections of an address that may have 200", 8 * MIB);
    }
    hostile.forEach(RawClient::close);
    await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
    try (var again = RawClient.from("127.0.0.99", proxy.port())) {
      assertThat(again.get("/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldServeOthersBesidePipelinedFloods() throws Exception {
    start(Limits.defaults());
    var sent = new AtomicLong();
    byte[] requests = bytes("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".repeat(2_000));
    try (var bystander = Bystander.of(proxy)) {
      open(30, client -> pour(client, requests, 16 * MIB, sent));
      Standstill.awaitOf(sent, proxy, 30);
      bystander.assertUnharmed("30 clients that ask on and on and take no answer", 32 * MIB);
    }
    System.out.printf("of their requests %d KiB were taken%n", sent.get() / 1024);
    assertThat(sent.get()).isLessThan(30 * 16 * MIB / 2);
  }

  @Test
  void shouldRefuseFloodsOfFieldsAndTrailers() throws Exception {
    start(Limits.defaults());
    var sent = new AtomicLong();
    String chunked = "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    byte[] fields = bytes("X-Flood: 0123456789012345678901234567890123456789\r\n".repeat(1_000));
    try (var bystander = Bystander.of(proxy)) {
      open(
          100,
          client -> {
            client.send("GET / HTTP/1.1\r\nHost: a.test\r\n");
            pour(client, fields, 4 * MIB, sent);
          });
      open(
          100,
          client -> {
            client.send(chunked);
            pour(client, fields, 4 * MIB, sent);
          });
      await().until(() -> proxy.metric(refused("head-too-large")) == 100);
      await().until(() -> proxy.metric(refused("trailer-too-large")) == 100);
      bystander.assertUnharmed("100 floods of fields and 100 of trailers", 32 * MIB);
    }
  }

  private static void pour(RawClient client, byte[] block, long most, AtomicLong sent) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              for (long own = 0; own < most && client.sendIfOpen(block); own += block.length) {
                sent.addAndGet(block.length);
              }
            });
  }
}
