package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What 10,000 watches cost in memory and time; prints the figures. */
class ObserverCostTest {
  private static final int TARGETS = 10_000;

  private record Asked(Watched<Integer> who, long probe) {}

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void shouldCostLittleForEachWatch() {
    long before = used();
    var asked = new ArrayDeque<Asked>();
    var observer =
        new Observer<Integer>(
            MassBrake.Settings.DEFAULT,
            new Random(1),
            new Observer.Orders<>() {
              @Override
              public void ask(Watched<Integer> who, Probe probe) {
                asked.add(new Asked(who, probe.number()));
              }

              @Override
              public void became(Watched<Integer> who, Transition transition) {
                throw new AssertionError("all is well, but " + transition);
              }
            },
            0);
    var settings = Times.every(Duration.ofSeconds(1));
    for (int i = 0; i < TARGETS; i++) {
      observer.add(i, settings, Watched.Known.only(Verdict.HEALTHY), 0);
    }
    long bytes = (used() - before) / TARGETS;

    long now = 0;
    long events = 0;
    long began = 0;
    while (now < 60 * Times.S) {
      if (began == 0 && now > 20 * Times.S) {
        began = System.nanoTime();
        events = 0;
      }
      now = Math.min(observer.next(), now + 5 * Times.MS);
      observer.turn(now);
      for (Asked one = asked.poll(); one != null; one = asked.poll()) {
        observer.ended(one.who(), one.probe(), Times.GOOD, now);
        events += 2;
      }
    }
    long nanos = (System.nanoTime() - began) / events;

    System.out.println("detection_bytes_per_watch = " + bytes);
    System.out.println("detection_nanos_per_event = " + nanos);
    assertThat(bytes).isBetween(500L, 2_500L);
    assertThat(nanos).isLessThan(20_000);
    assertThat(observer.targets()).isEqualTo(TARGETS);
  }
}
