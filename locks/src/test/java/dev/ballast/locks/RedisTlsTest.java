package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rediss://} and a real Redis that speaks TLS. */
class RedisTlsTest {
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final Random RANDOM = new Random();

  @TempDir static Path directory;
  private static TestCertificates certificates;
  private static RedisServer server;

  private final List<LockEngine> engines = new ArrayList<>();
  private final LeaseId lease = LeaseId.of(1, RANDOM);

  @BeforeAll
  static void startServer() throws Exception {
    certificates = TestCertificates.create(directory, "localhost");
    server = RedisServer.startWithTls(certificates);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void closeEngines() {
    engines.forEach(LockEngine::close);
  }

  private LockEngine connect(String scheme, String host, String more) {
    var url = "%s://%s:%d?timeout=1s%s".formatted(scheme, host, server.port(), more);
    var engine = LockEngines.connect(url, System::nanoTime, RANDOM);
    engines.add(engine);
    return engine;
  }

  private static String trusted() {
    return "&ca-file=" + certificates.authority();
  }

  private Answer claim(LockEngine engine) {
    var claims = List.of(Claim.exclusive("a"));
    return engine.openAndClaim(lease, "me", TTL, claims, true).answers().getFirst();
  }

  @Test
  void shouldLockAndWakeOverTls() {
    var engine = connect("rediss", "localhost", trusted());
    assertThat(engine.facts().name()).contains("Redis").contains("localhost:" + server.port());
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    engine.listen(lease.client(), woken::addAll);
    assertThat(claim(engine)).isInstanceOf(Answer.Granted.class);
    engine.wake(List.of(lease));
    await().until(() -> woken.contains(lease));
    engine.close(lease);
  }

  @Test
  void shouldConsumeOverTls() {
    try (var queue =
        RedisQueue.connect(
            "rediss://localhost:%d/0?list=jobs%s".formatted(server.port(), trusted()))) {
      assertThat(queue.lag().messages()).isZero();
    }
  }

  @Test
  void shouldTrustNobodyWhoseAuthorityIsUnknown() {
    assertThatThrownBy(() -> claim(connect("rediss", "localhost", "")))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("certificate")
        .hasMessageContaining("ca-file");
  }

  @Test
  void shouldTrustNobodyWhoseCertificateIsForAnotherHost() {
    assertThatThrownBy(() -> claim(connect("rediss", "127.0.0.1", trusted())))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("certificate")
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void shouldGetNoAnswerInTheClear() {
    assertThatThrownBy(() -> claim(connect("redis", "localhost", "")))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("localhost:" + server.port());
  }

  @Test
  void shouldSayThatTheServerSpeaksNoTls() {
    try (var plain = RedisServer.start(List.of());
        var engine =
            RedisEngine.connect("rediss://localhost:%d?timeout=1s".formatted(plain.port()))) {
      assertThatThrownBy(() -> claim(engine))
          .isInstanceOf(EngineUnavailable.class)
          .hasMessageContaining("localhost:%d gave no answer over TLS".formatted(plain.port()));
    }
  }
}
