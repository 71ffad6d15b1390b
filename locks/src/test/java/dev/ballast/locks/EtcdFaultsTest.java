package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What members of an etcd cluster that fail do to locks. */
class EtcdFaultsTest {
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final Random RANDOM = new Random();

  private final List<AutoCloseable> closed = new ArrayList<>();
  private final LeaseId lease = LeaseId.of(1, RANDOM);

  @AfterEach
  void closeAll() throws Exception {
    for (var each : closed.reversed()) {
      each.close();
    }
  }

  private List<EtcdServer> cluster(int size) {
    var servers = EtcdServer.cluster(size);
    closed.addAll(servers);
    return servers;
  }

  private LockEngine connect(String url) {
    var engine = EtcdEngine.connect(url);
    closed.add(engine);
    return engine;
  }

  private static long token(LockEngine engine, LeaseId lease) {
    var claims = List.of(Claim.exclusive("a"));
    var answers = engine.openAndClaim(lease, "me", TTL, claims, true).answers();
    return ((Answer.Granted) answers.getFirst()).token();
  }

  private static void awaitRenewed(LockEngine engine, LeaseId lease) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreException(EngineUnavailable.class)
        .until(() -> engine.renew(lease));
  }

  @Test
  void shouldSayWhoIsNotThere() {
    int port = Ports.free();
    var engine = connect("etcd://127.0.0.1:" + port);
    assertThatThrownBy(engine::facts)
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }

  @Test
  void shouldGoOnWithAMajorityAndStopWithoutOne() {
    var servers = cluster(3);
    var engine = connect(EtcdServer.url(servers) + "?timeout=1s");
    long token = token(engine, lease);
    servers.get(0).kill();
    awaitRenewed(engine, lease);
    assertThat(token(engine, lease)).isEqualTo(token);
    servers.get(1).freeze();
    // A leader keeps leases alive by itself until it notices that it has no majority any more.
    await()
        .atMost(Duration.ofSeconds(8))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> engine.renew(lease))
                    .isInstanceOf(EngineUnavailable.class));
    servers.get(0).start();
    awaitRenewed(engine, lease);
    servers.get(1).thaw();
    awaitRenewed(engine, lease);
    assertThat(token(engine, lease)).isEqualTo(token);
    engine.close(lease);
    assertThat(token(engine, LeaseId.of(1, RANDOM))).isGreaterThan(token);
  }

  @Test
  void shouldKeepLeasesAndTokensThroughACrashOfAll() {
    var servers = cluster(1);
    var engine = connect(EtcdServer.url(servers));
    long token = token(engine, lease);
    servers.getFirst().kill();
    assertThatThrownBy(() -> engine.renew(lease)).isInstanceOf(EngineUnavailable.class);
    servers.getFirst().start();
    awaitRenewed(engine, lease);
    assertThat(token(engine, lease)).isEqualTo(token);
  }

  @Test
  void shouldWakeAgainAfterTheMemberThatItWatchesHasCrashed() {
    assertWakesAgainAfter(EtcdServer::kill);
  }

  @Test
  void shouldWakeAgainAfterTheMemberThatItWatchesHangs() {
    assertWakesAgainAfter(EtcdServer::freeze);
  }

  private void assertWakesAgainAfter(Consumer<EtcdServer> loss) {
    var servers = cluster(3);
    String url = EtcdServer.url(servers);
    var engine = connect(url);
    engine.open(lease, "me", TTL);
    var client = new EtcdClient(EngineUrl.parse(url, 1, Set.of()), Duration.ofSeconds(1));
    var watch = new EtcdWatch(client, EtcdKeys.of("ballast/"));
    closed.add(client);
    closed.add(watch);
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    var watched = new AtomicInteger();
    watch.listen(
        lease.client(),
        leases -> {
          woken.addAll(leases);
          if (leases.isEmpty()) {
            watched.incrementAndGet();
          }
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> watched.get() > 0);
    int before = watched.get();
    loss.accept(servers.get(client.member()));
    await().atMost(Duration.ofSeconds(30)).until(() -> watched.get() > before);
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreException(EngineUnavailable.class)
        .until(
            () -> {
              engine.wake(List.of(lease));
              return woken.contains(lease);
            });
  }

  @Test
  void shouldWakeThoseWhoseLeaseHasRunOutAndWhoIsLetInByThat() {
    var engine = connect(EtcdServer.url(cluster(1)));
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    engine.listen(lease.client(), woken::addAll);
    var claims = List.of(Claim.exclusive("a"));
    engine.openAndClaim(lease, "me", Duration.ofSeconds(1), claims, true);
    var next = LeaseId.of(1, RANDOM);
    engine.openAndClaim(next, "me", TTL, claims, true);
    await().atMost(Duration.ofSeconds(20)).until(() -> woken.containsAll(List.of(lease, next)));
  }

  @Test
  void shouldNotTakeALeaseForLostWhoseNoteWasChangedWithoutAnAnswer() throws Exception {
    String url = EtcdServer.url(cluster(1));
    var direct = connect(url);
    direct.openAndClaim(lease, "me", TTL, List.of(Claim.exclusive("a")), true);
    var cut = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    closed.add(() -> cut.stop(0));
    var isCut = new AtomicBoolean();
    cut.createContext("/", exchange -> forward(url, exchange, isCut));
    cut.start();
    var engine =
        connect("etcd://127.0.0.1:%d,%s".formatted(cut.getAddress().getPort(), url.substring(7)));
    var claim = new Claim("a", Mode.exclusive(), "new note");
    assertThat(engine.claim(lease, List.of(claim), true).getFirst())
        .isInstanceOf(Answer.Granted.class);
    assertThat(isCut).isTrue();
    assertThat(direct.list("a")).extracting(Holding::note).containsExactly("new note");
  }

  /** Hands a call on, and loses the answer to the first change that depends on a revision. */
  private static void forward(String url, HttpExchange exchange, AtomicBoolean isCut)
      throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    var request =
        HttpRequest.newBuilder(
                URI.create(url.replace("etcd:", "http:") + exchange.getRequestURI().getPath()))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    try (var http = HttpClient.newHttpClient()) {
      byte[] answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).body();
      boolean isChange = new String(body, StandardCharsets.UTF_8).contains("\"MOD\"");
      if (!isChange || !isCut.compareAndSet(false, true)) {
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  @Test
  void shouldLogInAndSayWhenItIsRefusedWithoutThePassword() {
    var servers = cluster(1);
    var server = servers.getFirst();
    server.ctl("user", "add", "root:right-one");
    server.ctl("user", "grant-role", "root", "root");
    server.ctl("auth", "enable");
    String address = EtcdServer.url(servers).substring("etcd://".length());
    var engine = connect("etcd://root:right-one@" + address);
    assertThat(token(engine, lease)).isPositive();
    assertThat(engine.facts().toString()).contains("1 of 3 members").doesNotContain("right-one");
    server.kill();
    server.start();
    awaitRenewed(engine, lease);
    assertThatThrownBy(() -> token(connect("etcd://root:wrong-one@" + address), lease))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("refuses the user or password")
        .hasMessageNotContaining("wrong-one");
    assertThatThrownBy(() -> token(connect("etcd://" + address), lease))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("user name is empty");
  }

  @Test
  void shouldWarnOfAlarms() {
    var servers = cluster(1);
    var engine = connect(EtcdServer.url(servers));
    assertThat(engine.facts().name()).contains("etcd 3.").contains("1 members");
    // As etcd's own quota would raise it.
    EtcdClient client = new EtcdClient(EngineUrl.parse(EtcdServer.url(servers), 1, Set.of()), TTL);
    closed.add(client);
    var alarm =
        EtcdClient.JSON.createObjectNode().put("action", "ACTIVATE").put("alarm", "NOSPACE");
    client.call("/v3/maintenance/alarm", alarm);
    assertThat(engine.facts().warnings()).anyMatch(warning -> warning.contains("alarm NOSPACE"));
    assertThatThrownBy(() -> token(engine, lease))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("database space exceeded");
  }

  @Test
  void shouldRefuseToLengthenALease() {
    var engine = connect(EtcdServer.url(cluster(1)));
    assertThat(engine.open(lease, "me", Duration.ofMillis(1500))).isEqualTo(Duration.ofSeconds(2));
    assertThatThrownBy(() -> engine.open(lease, "me", Duration.ofSeconds(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't lengthen");
  }
}
