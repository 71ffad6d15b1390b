package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EstimatorTest {
  private static final double FLOOR = 5e6;

  private static DelayWindow window() {
    var random = new Random(1);
    var window = new DelayWindow(200);
    for (int i = 0; i < 200; i++) {
      window.add((long) (2e7 + 1e7 * random.nextGaussian()));
    }
    return window;
  }

  @ParameterizedTest
  @EnumSource(names = {"NORMAL", "EXPONENTIAL"})
  void shouldReachALevelOfSuspicionAfterItsSilence(Estimator estimator) {
    for (double phi = 1; phi <= 64; phi += 1.7) {
      double silence = estimator.silence(window(), FLOOR, Estimator.Level.of(phi));

      assertThat(estimator.phi(window(), FLOOR, silence)).isCloseTo(phi, within(1e-6));
    }
  }

  @Test
  void shouldNotReachALevelBeforeItsSilenceInAHistogram() {
    for (double phi = 1; phi <= 16; phi += 0.3) {
      double silence = Estimator.HISTOGRAM.silence(window(), FLOOR, Estimator.Level.of(phi));

      assertThat(Estimator.HISTOGRAM.phi(window(), FLOOR, silence))
          .isGreaterThanOrEqualTo(phi - 1e-9);
      assertThat(Estimator.HISTOGRAM.phi(window(), FLOOR, silence - 2e6)).isLessThan(phi + 0.2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldGrowWithTheSilence(Estimator estimator) {
    double before = -1;
    for (double silence = 0; silence < 3e8; silence += 1e6) {
      double phi = estimator.phi(window(), FLOOR, silence);
      assertThat(phi).isGreaterThanOrEqualTo(before);
      before = phi;
    }
    assertThat(before).isGreaterThan(6);
  }

  @Test
  void shouldNotTakeEvenAnswersForCertainty() {
    var even = new DelayWindow(100);
    for (int i = 0; i < 100; i++) {
      even.add(1_000_000);
    }

    assertThat(Estimator.NORMAL.phi(even, 5e7, 5e7)).isLessThan(1);
  }
}
