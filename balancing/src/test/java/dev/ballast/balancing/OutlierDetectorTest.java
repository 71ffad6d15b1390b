package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.OutlierEjection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutlierDetectorTest {
  private static final OutlierEjection DEFAULTS = OutlierEjection.defaults();
  private static final Duration INTERVAL = DEFAULTS.interval();

  private final OutlierDetector<Server> detector = new OutlierDetector<>();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  /** A backend whose numbers the test writes. */
  private static final class Server implements OutlierDetector.Subject {
    private boolean isServing = true;
    private long successes;
    private long failures;
    private int inRow;

    void fail(int times) {
      failures += times;
      inRow += times;
    }

    void serve(int good, int bad) {
      successes += good;
      failures += bad;
      inRow = 0;
    }

    @Override
    public boolean isServing() {
      return isServing;
    }

    @Override
    public long successes() {
      return successes;
    }

    @Override
    public long failures() {
      return failures;
    }

    @Override
    public int failuresInRow() {
      return inRow;
    }

    @Override
    public void forgetFailuresInRow() {
      inRow = 0;
    }
  }

  private static List<Server> servers(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Server()).toList();
  }

  private static OutlierEjection share(int percent) {
    return new OutlierEjection(
        5, 19, 5, 100, INTERVAL, Duration.ofSeconds(30), Duration.ofSeconds(300), percent);
  }

  private long ejected(List<Server> servers) {
    return servers.stream().filter(server -> detector.ejection(server) != null).count();
  }

  @Test
  void shouldEjectAfterFailuresInARowAtOnce() {
    List<Server> servers = servers(4);
    servers.get(2).fail(4);
    assertThat(detector.judge(servers, DEFAULTS, now)).as("not yet").isFalse();

    servers.get(2).fail(1);

    assertThat(detector.judge(servers, DEFAULTS, now)).isTrue();
    assertThat(detector.ejection(servers.get(2)))
        .isEqualTo(new Ejection("5 failures in a row", now.plusSeconds(30)));
    assertThat(ejected(servers)).isEqualTo(1);
  }

  @Test
  void shouldReturnByTimeAloneAndForgetWhatHappenedMeanwhile() {
    List<Server> servers = servers(4);
    servers.getFirst().fail(5);
    detector.judge(servers, DEFAULTS, now);
    servers.getFirst().fail(50);

    assertThat(detector.judge(servers, DEFAULTS, now.plusSeconds(29))).isFalse();
    assertThat(detector.judge(servers, DEFAULTS, now.plusSeconds(30))).isTrue();

    assertThat(ejected(servers)).isZero();
    assertThat(servers.getFirst().failuresInRow()).isZero();
  }

  @Test
  void shouldStayOutLongerEachTimeUpToTheMost() {
    List<Server> servers = servers(4);
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      servers.getFirst().fail(5);
      detector.judge(servers, withoutIntervals(), now);
      Ejection ejection = detector.ejection(servers.getFirst());
      seconds.add(Duration.between(now, ejection.until()).toSeconds());
      now = ejection.until();
      detector.judge(servers, withoutIntervals(), now);
    }

    assertThat(seconds)
        .containsExactly(30L, 60L, 90L, 120L, 150L, 180L, 210L, 240L, 270L, 300L, 300L, 300L);
  }

  private static OutlierEjection withoutIntervals() {
    return new OutlierEjection(
        5, 0, 5, 100, Duration.ofHours(1), Duration.ofSeconds(30), Duration.ofSeconds(300), 10);
  }

  @Test
  void shouldForgiveWithEachGoodInterval() {
    List<Server> servers = servers(4);
    for (int i = 0; i < 3; i++) {
      servers.getFirst().fail(5);
      detector.judge(servers, DEFAULTS, now);
      now = detector.ejection(servers.getFirst()).until();
      detector.judge(servers, DEFAULTS, now);
    }
    for (int i = 0; i < 10; i++) {
      now = now.plus(INTERVAL);
      detector.judge(servers, DEFAULTS, now);
    }
    servers.getFirst().fail(5);

    detector.judge(servers, DEFAULTS, now);

    assertThat(detector.ejection(servers.getFirst()).until()).isEqualTo(now.plusSeconds(30));
  }

  @Test
  void shouldEjectAtMostTheShareButOneAlways() {
    List<Server> servers = servers(40);
    servers.forEach(server -> server.fail(5));

    detector.judge(servers, DEFAULTS, now);
    assertThat(ejected(servers)).as("10 %% of 40").isEqualTo(4);

    List<Server> few = servers(3);
    few.forEach(server -> server.fail(5));
    var other = new OutlierDetector<Server>();
    other.judge(few, DEFAULTS, now);
    assertThat(few.stream().filter(server -> other.ejection(server) != null)).hasSize(1);
  }

  @Test
  void shouldNeverEjectTheLastOneThatServes() {
    List<Server> servers = servers(3);
    servers.get(0).isServing = false;
    servers.forEach(server -> server.fail(5));

    detector.judge(servers, share(100), now);

    assertThat(detector.ejection(servers.get(2))).as("the last one").isNull();
    List<Server> single = servers(1);
    single.getFirst().fail(5);
    assertThat(detector.judge(single, share(100), now)).isFalse();
  }

  @Test
  void shouldEjectTheOneWhoseSuccessRateLiesFarBelowItsPeers() {
    List<Server> servers = servers(10);
    detector.judge(servers, DEFAULTS, now);
    servers.forEach(server -> server.serve(990, 10));
    servers.get(7).serve(0, 400);
    servers.get(7).serve(1, 0);

    assertThat(detector.judge(servers, DEFAULTS, now.plus(INTERVAL))).isTrue();

    assertThat(detector.ejection(servers.get(7)).reason())
        .isEqualTo("a success rate of 70.7 % where its peers have 96.2 %");
    assertThat(ejected(servers)).isEqualTo(1);
  }

  @Test
  void shouldNotJudgeRatesOfFewBackendsOrFewRequests() {
    List<Server> few = servers(4);
    detector.judge(few, DEFAULTS, now);
    few.forEach(server -> server.serve(1_000, 0));
    few.getFirst().serve(0, 1_000);
    detector.judge(few, DEFAULTS, now.plus(INTERVAL));
    assertThat(ejected(few)).isZero();

    List<Server> quiet = servers(10);
    now = now.plus(INTERVAL);
    detector.judge(quiet, DEFAULTS, now);
    quiet.forEach(server -> server.serve(99, 0));
    detector.judge(quiet, DEFAULTS, now.plus(INTERVAL));
    assertThat(ejected(quiet)).isZero();
  }

  @Test
  void shouldCountRequestsOfOneIntervalOnly() {
    List<Server> servers = servers(10);
    servers.getFirst().serve(0, 10_000);
    detector.judge(servers, DEFAULTS, now);
    servers.forEach(server -> server.serve(200, 0));

    detector.judge(servers, DEFAULTS, now.plus(INTERVAL));

    assertThat(ejected(servers)).isZero();
  }

  @Test
  void shouldLetAllServeAgainWhenItIsTurnedOff() {
    List<Server> servers = servers(4);
    servers.getFirst().fail(5);
    detector.judge(servers, DEFAULTS, now);

    assertThat(detector.judge(servers, share(0), now)).isTrue();

    assertThat(ejected(servers)).isZero();
    assertThat(detector.nextStatistics()).isEmpty();
  }

  @Test
  void shouldForgetBackendsThatAreGone() {
    List<Server> servers = servers(4);
    servers.getFirst().fail(5);
    detector.judge(servers, DEFAULTS, now);

    detector.judge(servers.subList(1, 4), DEFAULTS, now);

    assertThat(detector.ejection(servers.getFirst())).isNull();
  }

  @Test
  void shouldKeepItsBoundsWhateverHappens() {
    for (int seed = 1; seed <= 100; seed++) {
      var random = new Random(seed);
      var fresh = new OutlierDetector<Server>();
      List<Server> servers = servers(1 + random.nextInt(30));
      OutlierEjection settings = share(1 + random.nextInt(100));
      Instant time = now;
      for (int step = 0; step < 200; step++) {
        for (Server server : servers) {
          server.isServing = random.nextInt(20) > 0;
          if (random.nextInt(4) == 0) {
            server.fail(random.nextInt(4));
          } else {
            server.serve(random.nextInt(100), random.nextInt(20));
          }
        }
        time = time.plusMillis(random.nextInt(20_000));
        long before = servers.stream().filter(server -> fresh.ejection(server) != null).count();
        fresh.judge(servers, settings, time);

        Instant judged = time;
        List<Server> out =
            servers.stream().filter(server -> fresh.ejection(server) != null).toList();
        long most = Math.max(1, servers.size() * settings.maxEjectedPercent() / 100);
        assertThat((long) out.size()).as("seed %d", seed).isLessThanOrEqualTo(most);
        assertThat(out).allSatisfy(s -> assertThat(fresh.ejection(s).until()).isAfter(judged));
        if (out.size() > before) {
          assertThat(servers).anyMatch(s -> s.isServing && fresh.ejection(s) == null);
        }
      }
    }
  }
}
