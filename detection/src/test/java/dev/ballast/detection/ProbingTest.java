package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.ProbeSpec.Opening;
import dev.ballast.model.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbingTest {
  private static final WatchSettings FAST =
      new WatchSettings(
          Pace.every(Duration.ofMillis(200)),
          new Detection.Phi(AccrualSettings.DEFAULT),
          Rising.DEFAULT);
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

  private final List<Transition> transitions = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Probing probing =
      new Probing(
          ProbingSettings.DEFAULT,
          new Random(1),
          System::nanoTime,
          (_, transition) -> transitions.add(transition));

  @AfterEach
  void stop() {
    over.countDown();
    probing.close();
  }

  private static Target target(String id, String host, int port) {
    var spec =
        new ProbeSpec.Http(
            false, null, Opening.NOTHING, "GET", "/", "h", Map.of(), Statuses.SUCCESS, null);
    return new Target(id, host, port, spec, FAST);
  }

  private static void answerAll(java.net.Socket connection) throws java.io.IOException {
    while (ScriptedServer.readHead(connection)) {
      ScriptedServer.write(connection, OK);
    }
  }

  private Transition next(int place) {
    await().atMost(Duration.ofSeconds(10)).until(() -> transitions.size() > place);
    return transitions.get(place);
  }

  @Test
  void shouldFollowATargetThroughRefusalAndBack() throws Exception {
    int port;
    try (var server = new ScriptedServer(ProbingTest::answerAll)) {
      port = server.port();
      probing.watch(target("web/b1", "127.0.0.1", port), Watched.Known.NOTHING);
      assertThat(next(0).to()).isEqualTo(Verdict.HEALTHY);
    }
    long killed = System.nanoTime();
    var down = next(1);
    assertThat(down.to()).isEqualTo(Verdict.UNHEALTHY);
    assertThat(down.isSilence()).isFalse();
    assertThat(down.atNanos() - killed).isLessThan(Duration.ofSeconds(5).toNanos());
  }

  @Test
  void shouldConvictAFrozenTargetBySilence() {
    var frozen = new java.util.concurrent.atomic.AtomicBoolean();
    try (var server =
        new ScriptedServer(
            connection -> {
              while (ScriptedServer.readHead(connection)) {
                if (frozen.get()) {
                  over.await();
                }
                ScriptedServer.write(connection, OK);
              }
            })) {
      probing.watch(target("web/b1", "localhost", server.port()), Watched.Known.NOTHING);
      assertThat(next(0).to()).isEqualTo(Verdict.HEALTHY);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> probing.reports().join().get("web/b1").standing().samples() >= 10);
      frozen.set(true);
      var down = next(1);
      assertThat(down.isSilence()).isTrue();
      assertThat(down.reason()).contains("no answer for").contains("probes unanswered");
      frozen.set(false);
      assertThat(next(2).to()).isEqualTo(Verdict.HEALTHY);
    }
  }

  @Test
  void shouldRunNoProgramUnlessThatIsAllowed(@TempDir Path directory) {
    Path trace = directory.resolve("ran");
    var touch = new ProbeSpec.Command(List.of("touch", trace.toString()));
    var target = new Target("web/b1", "127.0.0.1", 1, touch, FAST);

    probing.watch(target, Watched.Known.only(Verdict.HEALTHY));

    await().atMost(Duration.ofSeconds(10)).until(() -> report().last() != null);
    assertThat(report().last())
        .isEqualTo(new Outcome.Failed(Outcome.Kind.NOT_ASKED, RefusedCommand.REASON));
    assertThat(RefusedCommand.REASON).contains("--allow-commands");
    assertThat(standing().verdict()).isEqualTo(Verdict.HEALTHY);
    assertThat(trace).doesNotExist();

    var allowing = ProbingSettings.DEFAULT.allowingCommands(true);
    try (var other = new Probing(allowing, new Random(1), System::nanoTime, (_, _) -> {})) {
      other.watch(target, Watched.Known.NOTHING);
      await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(trace));
    }
  }

  /** A target that is asked in another way. */
  private static Target patient(Target target) {
    var slower =
        new WatchSettings(Pace.every(Duration.ofMillis(300)), FAST.detection(), FAST.rising());
    return new Target(
        target.id(), target.server(), target.host(), target.port(), target.spec(), slower);
  }

  private Probing.Report report() {
    return probing.reports().join().get("web/b1");
  }

  private Watched.Standing standing() {
    return report().standing();
  }

  @Test
  void shouldKeepTheVerdictOfATargetThatIsAskedInAnotherWay() {
    try (var server = new ScriptedServer(ProbingTest::answerAll)) {
      var target = target("web/b1", "127.0.0.1", server.port());
      probing.watch(target, Watched.Known.NOTHING);
      assertThat(next(0).to()).isEqualTo(Verdict.HEALTHY);
      probing.watch(target, Watched.Known.only(Verdict.UNHEALTHY));
      probing.watch(patient(target), Watched.Known.only(Verdict.UNHEALTHY));
      assertThat(standing().verdict()).isEqualTo(Verdict.HEALTHY);
      assertThat(standing().samples()).as("of the new watch").isZero();
    }
    assertThat(next(1).from()).isEqualTo(Verdict.HEALTHY);
  }

  @Test
  void shouldKnowNothingOfAnotherServerUnderTheSameId() {
    try (var server = new ScriptedServer(ProbingTest::answerAll);
        var other = new ScriptedServer(_ -> over.await())) {
      probing.watch(target("web/b1", "127.0.0.1", server.port()), Watched.Known.NOTHING);
      assertThat(next(0).to()).isEqualTo(Verdict.HEALTHY);
      probing.watch(
          target("web/b1", "127.0.0.1", other.port()), Watched.Known.only(Verdict.HEALTHY));
      assertThat(standing().verdict()).isEqualTo(Verdict.UNKNOWN);
    }
    assertThat(next(1).from()).as("of the other, which has closed").isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void shouldNameItsSuspectsUntilTheyAreConvicted() {
    try (var good = new ScriptedServer(ProbingTest::answerAll);
        var frozen = new ScriptedServer(_ -> over.await())) {
      probing.watch(target("web/b1", "127.0.0.1", good.port()), Watched.Known.NOTHING);
      probing.watch(
          target("web/b2", "127.0.0.1", frozen.port()), Watched.Known.only(Verdict.HEALTHY));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> probing.suspects().join().equals(List.of("web/b2")));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> transitions.stream().anyMatch(it -> it.to() == Verdict.UNHEALTHY));
      assertThat(probing.suspects().join()).isEmpty();
    }
  }

  @Test
  void shouldCountAndForget() {
    try (var server = new ScriptedServer(ProbingTest::answerAll)) {
      for (int i = 0; i < 50; i++) {
        probing.watch(target("web/b" + i, "127.0.0.1", server.port()), Watched.Known.NOTHING);
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> transitions.size() == 50);
      for (int i = 0; i < 50; i++) {
        probing.forget("web/b" + i);
      }
      var counters = probing.counters().join();
      assertThat(counters.targets()).isZero();
      assertThat(counters.good()).isGreaterThanOrEqualTo(50);
    }
  }

  @Test
  void shouldProbeTheOthersWhereOneCanNotBeAsked() {
    try (var server = new ScriptedServer(ProbingTest::answerAll)) {
      var good = target("web/b2", "127.0.0.1", server.port());
      var tls = new ProbeSpec.TlsSpec(true, "h", "no PEM");
      var bad =
          new Target(
              "web/b1", "127.0.0.1", 1, new ProbeSpec.Tcp(tls, Opening.NOTHING), good.settings());
      probing.watch(bad, Watched.Known.NOTHING);
      probing.watch(good, Watched.Known.NOTHING);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () ->
                  probing.reports().join().get("web/b1").last() instanceof Outcome.Failed failed
                      && failed.kind() == Outcome.Kind.NOT_ASKED
                      && failed.reason().contains("authorities"));
      assertThat(next(0).to()).isEqualTo(Verdict.HEALTHY);
      long asked = probing.counters().join().good();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> probing.counters().join().good() > asked + 2);
      assertThat(transitions).hasSize(1);
    }
  }

  @Test
  void shouldComeRoundAgainAfterATurnThatFailed() {
    var looks = new AtomicInteger();
    LongSupplier clock =
        () -> {
          if (looks.incrementAndGet() == 20) {
            throw new AssertionError("as the test wants");
          }
          return System.nanoTime();
        };
    try (var _ = new Probing(ProbingSettings.DEFAULT, new Random(1), clock, (_, _) -> {})) {
      await().atMost(Duration.ofSeconds(10)).until(() -> looks.get() > 40);
    }
  }

  @Test
  void shouldLeaveATargetUnknownWhoseNameDoesNotResolve() {
    probing.watch(target("web/b1", "no-such-name.invalid", 80), Watched.Known.NOTHING);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                probing.reports().join().get("web/b1").last() instanceof Outcome.Failed failed
                    && failed.reason().equals("no-such-name.invalid does not resolve"));
    assertThat(transitions).isEmpty();
  }
}
