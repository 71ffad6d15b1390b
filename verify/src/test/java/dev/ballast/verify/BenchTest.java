package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code ./bench} judges its measurements as it says; the tests of that stand beside it. */
final class BenchTest {
  @Test
  void shouldJudgeMeasurementsAsItSays() {
    String bench = Installation.ROOT.resolve("verify/bench").toString();
    var tests = Finished.tool("python3", "-B", "-m", "unittest", "discover", "-s", bench);
    assertThat(tests.exitCode()).as(tests.all()).isZero();
  }
}
