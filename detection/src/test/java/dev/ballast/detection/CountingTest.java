package dev.ballast.detection;

import static dev.ballast.detection.Times.GOOD;
import static dev.ballast.detection.Times.NOT_ASKED;
import static dev.ballast.detection.Times.SILENT;
import static dev.ballast.detection.Times.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CountingTest {
  private static final Opinion UNDECIDED = new Opinion.Undecided();
  private final Counting counting = new Counting(3);

  @Test
  void shouldConvictAfterSoManyFailuresInARow() {
    assertThat(counting.ended(1, WRONG, 0)).isEqualTo(UNDECIDED);
    assertThat(counting.ended(2, SILENT, 0)).isEqualTo(UNDECIDED);
    assertThat(counting.ended(3, WRONG, 0))
        .isEqualTo(new Opinion.Dead(false, 0, "status 503, 3 times in a row"));
  }

  @Test
  void shouldBeginAnewAfterAGoodAnswer() {
    counting.ended(1, WRONG, 0);
    counting.ended(2, WRONG, 0);
    assertThat(counting.ended(3, GOOD, 0)).isEqualTo(new Opinion.Alive());

    assertThat(counting.ended(4, WRONG, 0)).isEqualTo(UNDECIDED);
  }

  @Test
  void shouldCountNeitherWhatWasNotAskedNorWhatItSleptThrough() {
    counting.ended(1, SILENT, 0);
    counting.ended(2, SILENT, 0);
    counting.ended(3, NOT_ASKED, 0);
    counting.sent(4, 0);
    counting.discount(0, 10);

    assertThat(counting.ended(4, SILENT, 10)).isEqualTo(UNDECIDED);
    assertThat(counting.ended(5, SILENT, 20)).isInstanceOf(Opinion.Dead.class);
  }

  @Test
  void shouldRefuseNumbersOutOfRange() {
    assertThatThrownBy(() -> new Detection.Count(0)).hasMessage("fall must be 1 to 100, not 0");
  }
}
