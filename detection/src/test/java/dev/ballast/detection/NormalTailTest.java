package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalTailTest {
  @ParameterizedTest
  @CsvSource({
    // z, -log10 of the upper tail, from tables (Abramowitz and Stegun, 26.2)
    "0, 0.30103",
    "1, 0.79955",
    "2, 1.64302",
    "3, 2.86970",
    "4, 4.49934",
    "5, 6.54265",
    "6, 9.00586",
    "10, 23.11805",
  })
  void shouldAgreeWithTables(double z, double phi) {
    assertThat(NormalTail.phi(z)).isCloseTo(phi, within(1e-4));
  }

  @Test
  void shouldInvertItself() {
    for (double phi = 0.05; phi < 64; phi += 0.37) {
      assertThat(NormalTail.phi(NormalTail.inverse(phi))).isCloseTo(phi, within(1e-7));
    }
  }
}
