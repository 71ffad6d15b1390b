package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayWindowTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldHaveTheMeanAndDeviationOfTheLastSamples(long seed) {
    var random = new Random(seed);
    var window = new DelayWindow(50);
    var all = new ArrayList<Double>();
    for (int i = 0; i < 500; i++) {
      long nanos = 1_000L * random.nextInt(2_000_000);
      window.add(nanos);
      all.add((double) nanos);
      var last = all.subList(Math.max(0, all.size() - 50), all.size());
      double mean = last.stream().mapToDouble(one -> one).average().orElseThrow();
      double variance =
          last.stream().mapToDouble(one -> (one - mean) * (one - mean)).average().orElseThrow();
      assertThat(window.mean()).isCloseTo(mean, within(1.0));
      assertThat(window.deviation()).isCloseTo(Math.sqrt(variance), within(10.0));
    }
    assertThat(window.count()).isEqualTo(50);
  }

  @Test
  void shouldBeExactHoweverLongItRuns() {
    var window = new DelayWindow(1_000);
    for (int i = 0; i < 1_000_000; i++) {
      window.add(60_000_000_000L);
    }

    assertThat(window.mean()).isEqualTo(6e10);
    assertThat(window.deviation()).isZero();
  }

  @Test
  void shouldCutWhatIsOutOfRange() {
    var window = new DelayWindow(2);
    window.add(-5);
    window.add(Long.MAX_VALUE);

    assertThat(window.mean()).isEqualTo(3e10);
  }

  @Test
  void shouldTellWhatLiesAboveWhat() {
    var window = new DelayWindow(10);
    for (int millis = 1; millis <= 10; millis++) {
      window.add(1_000_000L * millis);
    }

    assertThat(window.above(7e6)).isEqualTo(3);
    assertThat(window.withAbove(3)).isEqualTo(7_000_000);
    assertThat(window.withAbove(0)).isEqualTo(10_000_000);
  }
}
