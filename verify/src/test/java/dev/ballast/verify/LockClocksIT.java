package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Answer;
import dev.ballast.locks.Claim;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LockEngines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What engines do whose clocks jump: libfaketime moves them, and what docs/locks.md says of it happens. */
final class LockClocksIT {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Random RANDOM = new Random();

  private final List<AutoCloseable> closed = new ArrayList<>();
  private final List<FaultNode> nodes = new ArrayList<>();
  private final LeaseId first = new LeaseId("0000000000000001-0000000000000001");
  private final LeaseId second = new LeaseId("0000000000000001-0000000000000002");

  @AfterEach
  void closeAll() throws Exception {
    for (var each : closed.reversed()) {
      each.close();
    }
  }

  private LockEngine start(LockEngineCase kind) throws IOException {
    String login = "";
    for (int i = 0; i < kind.nodes(); i++) {
      var directory = Installation.emptyDirectory("lock-clocks-" + kind + "-" + i);
      var address =
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), ProxyNetwork.freePort());
      var served =
          FaultPrograms.of(kind, Files.createDirectories(directory), address, i, List.of());
      login = served.login();
      var node = new FaultNode(served.program(), Place.HERE, address);
      node.start();
      nodes.add(node);
      closed.add(node);
    }
    return connect(url(kind, login));
  }

  private String url(LockEngineCase kind, String login) {
    String hosts =
        nodes.stream()
            .map(node -> "127.0.0.1:" + node.address().getPort())
            .collect(Collectors.joining(","));
    return switch (kind) {
      case POSTGRES -> "postgresql://" + login + hosts + "/ballast";
      case REDIS -> "redis://" + hosts;
      case REDLOCK -> "redlock://" + hosts + "?max-ttl=" + SHORT.toSeconds() + "s";
      case ETCD, ETCD_CLUSTER -> "etcd://" + hosts;
    };
  }

  private LockEngine connect(String url) {
    var engine =
        await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptions()
            .until(
                () -> {
                  var found = LockEngines.connect(url, System::nanoTime, RANDOM);
                  var _ = found.facts();
                  return found;
                },
                _ -> true);
    closed.add(engine);
    return engine;
  }

  private static Answer claim(LockEngine engine, LeaseId lease, Duration ttl) {
    return engine
        .openAndClaim(lease, "me", ttl, List.of(Claim.exclusive("a")), true)
        .answers()
        .getFirst();
  }

  private static long token(LockEngine engine, LeaseId lease, Duration ttl) {
    return ((Answer.Granted) claim(engine, lease, ttl)).token();
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "REDIS"})
  void shouldLetASecondHolderInWithAHigherTokenWhenTheClockJumpsForward(LockEngineCase kind)
      throws IOException {
    var engine = start(kind);
    long token = token(engine, first, LONG);
    assertThat(claim(engine, second, LONG)).isInstanceOf(Answer.Waiting.class);

    nodes.getFirst().shiftClock(HOUR);

    assertThat(token(engine, second, LONG)).isGreaterThan(token);
    assertThat(engine.renew(first)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "REDIS"})
  void shouldEndLeasesLateAndStillGiveHigherTokensWhenTheClockJumpsBack(LockEngineCase kind)
      throws IOException {
    var engine = start(kind);
    long token = token(engine, first, SHORT);

    nodes.getFirst().shiftClock(HOUR.negated());

    await()
        .during(SHORT.plusSeconds(1))
        .atMost(SHORT.plusSeconds(10))
        .until(() -> claim(engine, second, LONG) instanceof Answer.Waiting);
    engine.close(first);
    assertThat(token(engine, second, LONG)).isGreaterThan(token);
  }

  @Test
  void shouldKeepALockOfRedlockWhenTheClockOfOneNodeJumps() throws IOException {
    var engine = start(LockEngineCase.REDLOCK);
    await().until(() -> engine.facts().warnings().isEmpty());
    long token = token(engine, first, SHORT);
    for (Duration jump : List.of(HOUR, HOUR.negated(), HOUR.negated())) {
      nodes.getFirst().shiftClock(jump);
      assertThat(claim(engine, second, SHORT)).isInstanceOf(Answer.Waiting.class);
      assertThat(engine.renew(first)).isTrue();
    }
    engine.close(first);
    assertThat(token(engine, second, SHORT)).isGreaterThan(token);
  }
}
