package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.5, 0.9, 0.99, 0.999, 1})
  void shouldKnowQuantilesWithinItsBuckets(double share) {
    var histogram = new Histogram();
    var chance = new Chance(1, 1);
    long[] values = new long[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) StrictMath.exp(30 * chance.uniform());
      histogram.record(values[i]);
    }
    Arrays.sort(values);
    double exact = values[(int) Math.ceil(share * values.length) - 1];
    assertThat(histogram.quantile(share)).isCloseTo(exact, withinPercentage(0.5));
    assertThat(histogram.mean())
        .isCloseTo(Arrays.stream(values).average().orElseThrow(), withinPercentage(1e-6));
    assertThat(histogram.most()).isEqualTo(values[values.length - 1]);
  }

  @Test
  void shouldTakeTheSmallestAndTheLargest() {
    var histogram = new Histogram();
    histogram.record(0);
    assertThat(histogram.quantile(1)).isZero();
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.quantile(1)).isCloseTo(Long.MAX_VALUE, withinPercentage(0.5));
    histogram.clear();
    assertThat(histogram.count()).isZero();
    assertThat(histogram.quantile(0.5)).isZero();
  }
}
