package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineWheelTest {
  private static final long TICK = DeadlineWheel.TICK_NANOS;

  private final List<Integer> expired = new ArrayList<>();
  private final Tally<Counter> counts = new Tally<>(Counter.class);
  private final Mishaps mishaps = new Mishaps(counts, Ticker.systemTicker());

  private static final class Failing extends TimedHandler {
    private int ends;

    @Override
    void expired(long nowNanos) {
      throw new IllegalStateException("a mistake");
    }

    @Override
    void breakOff() {
      ends++;
      throw new IllegalStateException("another one");
    }
  }

  private final class Numbered extends TimedHandler {
    private final int number;

    Numbered(int number) {
      this.number = number;
    }

    @Override
    void expired(long nowNanos) {
      assertThat(deadlineNanos - nowNanos).as("cleared").isPositive();
      expired.add(number);
    }
  }

  /** Against a plain map of deadlines, with a clock that starts near the overflow of its numbers. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldExpireNeitherEarlyNorLateNorTwice(long seed) {
    var random = new Random(seed);
    long now = Long.MAX_VALUE - 50 * TICK;
    var wheel = new DeadlineWheel(now, mishaps);
    List<Numbered> handlers = new ArrayList<>();
    Map<Integer, Long> deadlines = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      handlers.add(new Numbered(i));
    }
    for (int step = 0; step < 5_000; step++) {
      Numbered handler = handlers.get(random.nextInt(handlers.size()));
      if (random.nextInt(5) == 0) {
        wheel.cancel(handler);
        deadlines.remove(handler.number);
      } else {
        long deadline = now + random.nextLong(random.nextInt(10) == 0 ? 5_000 * TICK : 50 * TICK);
        wheel.schedule(handler, deadline);
        deadlines.put(handler.number, deadline);
      }
      now += random.nextLong(2 * TICK);
      expired.clear();
      wheel.advance(now);
      for (int number : expired) {
        Long deadline = deadlines.remove(number);
        assertThat(deadline).as("seed %s, step %s: was set", seed, step).isNotNull();
        assertThat(deadline - now)
            .as("seed %s, step %s: has passed", seed, step)
            .isLessThanOrEqualTo(0);
      }
      for (long deadline : deadlines.values()) {
        assertThat(deadline - now)
            .as("seed %s, step %s: is not overdue", seed, step)
            .isGreaterThan(-2 * TICK);
      }
    }
  }

  @Test
  void shouldLetAHandlerCancelAnotherOneThatIsDueToo() {
    var wheel = new DeadlineWheel(0, mishaps);
    var victim = new Numbered(1);
    var killer =
        new TimedHandler() {
          @Override
          void expired(long nowNanos) {
            wheel.cancel(victim);
          }
        };
    wheel.schedule(killer, TICK / 2);
    wheel.schedule(victim, TICK / 2);
    wheel.schedule(killer, TICK / 3);

    wheel.advance(3 * TICK);

    assertThat(expired)
        .as("depends on the order in which the two are called")
        .hasSizeLessThanOrEqualTo(1);
    wheel.advance(100 * TICK);
    assertThat(expired).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void shouldLetAHandlerSetItsDeadlineAgain() {
    var wheel = new DeadlineWheel(0, mishaps);
    var again =
        new TimedHandler() {
          private int times;

          @Override
          void expired(long nowNanos) {
            expired.add(times++);
            wheel.schedule(this, nowNanos + 10 * TICK);
          }
        };
    wheel.schedule(again, TICK);

    for (long now = 0; now <= 100 * TICK; now += TICK) {
      wheel.advance(now);
    }

    assertThat(expired).hasSizeBetween(8, 10);
  }

  @Test
  void shouldGoOnWhenAHandlerThrows() {
    var wheel = new DeadlineWheel(0, mishaps);
    var failing = new Failing();
    wheel.schedule(new Numbered(1), TICK / 2);
    wheel.schedule(failing, TICK / 2);
    wheel.schedule(new Numbered(2), TICK / 2);
    wheel.schedule(new Numbered(3), 5 * TICK);

    for (long now = 0; now <= 10 * TICK; now += TICK) {
      wheel.advance(now);
    }

    assertThat(expired).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(failing.ends).as("times its connection was ended").isOne();
    assertThat(counts.read(Counter.MISHAPS)).isOne();
  }
}
