package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportedLoadTest {
  private static final long SECOND = 1_000_000_000;

  private final ReportedLoad load = new ReportedLoad();

  /** Clocks begin anywhere. */
  @ParameterizedTest
  @ValueSource(longs = {-7_000_000_000_000_000L, -1, 0, 12_345, 7_000_000_000_000_000L})
  void shouldBelieveTheLastReportForAWhile(long start) {
    load.heard(300, start);
    load.heard(850, start + SECOND);

    assertThat(load.thousandths(start + SECOND, 10 * SECOND)).isEqualTo(850);
    assertThat(load.thousandths(start + 11 * SECOND, 10 * SECOND)).isEqualTo(850);
    assertThat(load.thousandths(start + 11 * SECOND + 2_000_000, 10 * SECOND)).isZero();
  }

  /** Whoever comes with an earlier report, read before the later one came. */
  @ParameterizedTest
  @ValueSource(longs = {-7_000_000_000_000_000L, 12_345, 7_000_000_000_000_000L})
  void shouldKeepTheLaterOfTwoReports(long start) {
    var copies = new ReportedLoads(1, 10 * SECOND);
    var later = new ReportedLoad();
    load.heard(850, start);
    later.heard(300, start + SECOND);

    copies.set(0, load);
    assertThat(copies.thousandths(0, start)).isEqualTo(850);
    copies.set(0, later);
    copies.set(0, load);
    copies.set(0, new ReportedLoad());

    assertThat(copies.thousandths(0, start + SECOND)).isEqualTo(300);
  }

  @ParameterizedTest
  @ValueSource(ints = {100_001, Integer.MAX_VALUE})
  void shouldBoundWhatIsSaid(int said) {
    load.heard(said, 5);
    assertThat(load.thousandths(5, SECOND)).isEqualTo(100_000);
  }
}
