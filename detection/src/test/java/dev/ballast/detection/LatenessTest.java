package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenessTest {
  @Test
  void shouldKnowQuantilesToAnEighth() {
    var random = new Random(7);
    var recorder = new Lateness.Recorder();
    long[] nanos = new long[10_000];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = (long) Math.exp(random.nextDouble() * Math.log(10e9));
      recorder.add(nanos[i]);
    }
    Arrays.sort(nanos);
    var lateness = recorder.read();
    assertThat(lateness.count()).isEqualTo(nanos.length);
    for (double share : new double[] {0.5, 0.9, 0.99, 0.999, 1}) {
      long exact = nanos[(int) Math.ceil(share * nanos.length) - 1];
      assertThat(lateness.quantileNanos(share))
          .as("%s, which is %d ns", share, exact)
          .isBetween(exact, Math.max(1_024, exact + exact / 8 + 1));
    }
  }

  @Test
  void shouldTakeWhatIsEarlyOrVeryLate() {
    var recorder = new Lateness.Recorder();
    assertThat(recorder.read().quantileNanos(0.5)).isZero();
    recorder.add(-5);
    assertThat(recorder.read().quantileNanos(1)).isEqualTo(1_024);
    recorder.add(Long.MAX_VALUE);
    assertThat(recorder.read().quantileNanos(1)).isEqualTo(1L << 35);
  }

  @Test
  void shouldLeaveOutWhatWasBefore() {
    var recorder = new Lateness.Recorder();
    recorder.add(50_000_000);
    var before = recorder.read();
    recorder.add(2_000);
    var since = recorder.read().since(before);
    assertThat(since.count()).isEqualTo(1);
    assertThat(since.quantileNanos(1)).isBetween(2_000L, 2_250L);
  }
}
