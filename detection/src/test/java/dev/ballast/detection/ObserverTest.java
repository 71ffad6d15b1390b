package dev.ballast.detection;

import static dev.ballast.detection.Times.GOOD;
import static dev.ballast.detection.Times.MS;
import static dev.ballast.detection.Times.S;
import static dev.ballast.detection.Times.SILENT;
import static dev.ballast.detection.Times.WRONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObserverTest {
  private final Set<Integer> dead = new HashSet<>();
  private final List<String> became = new ArrayList<>();
  private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
  private int probes;
  private long now;

  private final Observer<Integer> observer =
      new Observer<>(
          MassBrake.Settings.DEFAULT,
          new Random(1),
          new Observer.Orders<>() {
            @Override
            public void ask(Watched<Integer> who, Probe probe) {
              probes++;
              Outcome outcome = dead.contains(who.target()) ? SILENT : GOOD;
              answers.add(() -> end(who, probe, outcome));
            }

            @Override
            public void became(Watched<Integer> who, Transition transition) {
              became.add(who.target() + " " + transition.to());
            }
          },
          0);

  private void end(Watched<Integer> who, Probe probe, Outcome outcome) {
    observer.ended(who, probe.number(), outcome, now);
  }

  private List<Watched<Integer>> add(int count) {
    var all = new ArrayList<Watched<Integer>>();
    for (int i = 0; i < count; i++) {
      all.add(
          observer.add(
              i, Times.every(Duration.ofSeconds(1)), Watched.Known.only(Verdict.HEALTHY), now));
    }
    return all;
  }

  /** What is asked is answered within a millisecond, or not at all. */
  private void run(long nanos) {
    for (long until = now + nanos; now < until; now += MS) {
      if (observer.next() - now <= 0) {
        observer.turn(now);
      }
      while (!answers.isEmpty()) {
        answers.remove().run();
      }
    }
  }

  @Test
  void shouldSpreadProbesOverTheInterval() {
    add(1_000);
    run(S);
    int before = probes;
    run(100 * MS);

    assertThat(probes - before).isBetween(60, 140);
  }

  @Test
  void shouldConvictAFewThatFallSilent() {
    add(20);
    run(15 * S);
    dead.addAll(Set.of(3, 4));
    run(3 * S);

    assertThat(became).containsExactlyInAnyOrder("3 UNHEALTHY", "4 UNHEALTHY");
    assertThat(observer.silent()).as("they count on for a while").isEqualTo(2);
    run(11 * S);
    assertThat(observer.silent()).isZero();
  }

  @Test
  void shouldDoubtItselfWhenManyFallSilentAndBelieveInTheEnd() {
    add(20);
    run(15 * S);
    for (int i = 0; i < 10; i++) {
      dead.add(i);
    }
    run(3 * S);
    assertThat(became).isEmpty();
    assertThat(observer.isInDoubt(now)).isTrue();

    run(10 * S);
    assertThat(became).hasSize(10);
  }

  @Test
  void shouldNotDoubtItselfOnceAllAreAnothers() {
    var all = add(20);
    run(15 * S);
    for (int i = 0; i < 10; i++) {
      dead.add(i);
    }
    run(2 * S);
    assertThat(observer.isInDoubt(now)).isTrue();
    all.forEach(observer::remove);
    run(2 * S);
    assertThat(observer.isInDoubt(now)).isFalse();
  }

  @Test
  void shouldNotHoldItsOwnPauseAgainstAnybody() {
    add(20);
    run(15 * S);
    now += 10 * S;
    run(5 * S);

    assertThat(became).isEmpty();
    assertThat(observer.pauses()).isEqualTo(1);
    assertThat(observer.paused()).isBetween(Duration.ofMillis(9_950), Duration.ofSeconds(10));
  }

  @Test
  void shouldNotAskAllAtOnceAfterAPause() {
    add(1_000);
    run(15 * S);
    now += 10 * S;
    int before = probes;
    run(100 * MS);

    assertThat(probes - before).isLessThan(200);
  }

  @Test
  void shouldIgnoreWhatComesOfARemovedTarget() {
    var who = add(1).getFirst();
    for (; answers.isEmpty(); now += MS) {
      observer.turn(now);
    }
    observer.remove(who);
    observer.remove(who);
    answers.remove().run();
    observer.vouched(who, now, now);
    observer.accused(who, now);

    assertThat(observer.targets()).isZero();
  }

  @Test
  void shouldAskAtOnceWhomALbServerEjected() {
    var who = add(1).getFirst();
    run(5 * S);
    int before = probes;
    observer.accused(who, now);
    observer.turn(now);

    assertThat(probes).isEqualTo(before + 1);
    answers.clear();
    observer.ended(who, before + 1, WRONG, now);
    assertThat(became).containsExactly("0 UNHEALTHY");
  }

  @Test
  void shouldSayWhenItIsAtOddsWithAnLbServer() {
    var all = add(5);
    run(15 * S);
    dead.add(0);
    for (int i = 0; i < 40; i++) {
      run(100 * MS);
      observer.vouched(all.getFirst(), now, now);
    }
    assertThat(became).isEmpty();
    assertThat(all.getFirst().standing(now).isDisputed()).isTrue();

    run(1_100 * MS);
    assertThat(became).containsExactly("0 UNHEALTHY");
  }

  @Test
  void shouldNotBelieveAnLbServerWhoseWordIsOfTheFutureOrLongPast() {
    var all = add(5);
    run(15 * S);
    dead.add(0);
    observer.vouched(all.getFirst(), now + 3_600 * S, now);
    observer.vouched(all.getFirst(), now + MS, now);
    observer.vouched(all.getFirst(), now - 61 * S, now);
    observer.vouched(all.getFirst(), now - Long.MIN_VALUE, now);
    run(5 * S);

    assertThat(became).containsExactly("0 UNHEALTHY");
  }
}
