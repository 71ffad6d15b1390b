package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.Revision;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LbServerJudgeTest {
  private static final Revision OURS = new Revision("00000000", 100);

  private final LbServer server = new World().lbServer("lb-1", "one");
  private final Care care =
      new Care(new Subject.OfLbServer(server), new Fence("share", 1), Verdict.HEALTHY);
  private final LbServerJudge judge = new LbServerJudge();

  private static LbServerFacts facts(Revision revision, String held) {
    return new LbServerFacts("one", true, Optional.of(revision), true, 0, held, "http://c", "");
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  private LbServerState state(long at) {
    var finding = judge.finding(care, server, seconds(at));
    return finding == null ? null : finding.state();
  }

  @Test
  void shouldSayNothingBeforeItHasToldAnything() {
    assertThat(state(0)).isNull();
  }

  @Test
  void shouldCallOneStaleThatStaysBehind() {
    for (int at = 0; at <= 10; at++) {
      judge.told(facts(OURS.withN(90 + at % 2), ""), OURS.withN(100 + at), seconds(at));
      assertThat(state(at)).isEqualTo(at < 10 ? LbServerState.READY : LbServerState.STALE);
    }
    judge.told(facts(OURS.withN(100), ""), OURS.withN(200), seconds(11));
    assertThat(state(11)).as("once it has got to where it had to").isEqualTo(LbServerState.READY);
  }

  @Test
  void shouldNotCallOneStaleThatFollowsCloselyForLong() {
    for (int at = 0; at <= 60; at++) {
      judge.told(facts(OURS.withN(100 + at * 10L), ""), OURS.withN(103 + at * 10L), seconds(at));
      assertThat(state(at)).isEqualTo(LbServerState.READY);
    }
  }

  @Test
  void shouldNotCompareRevisionsOfDifferentHistories() {
    for (int at = 0; at <= 20; at++) {
      judge.told(facts(new Revision("11111111", 1), ""), OURS, seconds(at));
    }
    assertThat(state(20)).isEqualTo(LbServerState.READY);
  }

  @Test
  void shouldBelieveItForHowLongItHasBeenAlone() {
    judge.told(alone(6), OURS, seconds(100));
    assertThat(state(100)).isEqualTo(LbServerState.READY);
    assertThat(state(103)).isEqualTo(LbServerState.READY);
    assertThat(state(104)).isEqualTo(LbServerState.STALE);
    judge.told(alone(30), OURS, seconds(105));
    judge.told(facts(OURS, ""), OURS, seconds(106));
    assertThat(state(106)).isEqualTo(LbServerState.READY);
  }

  @Test
  void shouldNotMindWhereTheClockTurnsOver() {
    long from = Long.MAX_VALUE - seconds(1);
    judge.told(alone(0), OURS, from);
    judge.told(alone(0), OURS, from + seconds(9));
    assertThat(judge.finding(care, server, from + seconds(9)).state())
        .isEqualTo(LbServerState.READY);
    assertThat(judge.finding(care, server, from + seconds(10)).state())
        .isEqualTo(LbServerState.STALE);
  }

  private static LbServerFacts alone(long silent) {
    return new LbServerFacts(
        "one", true, Optional.of(OURS), false, seconds(silent), "", "http://c", "");
  }

  @Test
  void shouldCallOneStaleThatHoldsBackWhatIsListed() {
    judge.told(facts(OURS, "an empty list"), OURS, 0);
    assertThat(judge.finding(care, server, 0).reason()).contains("an empty list");
    assertThat(state(0)).isEqualTo(LbServerState.STALE);
  }

  @Test
  void shouldCallOneStaleThatHasSaidNothingOfItselfForLong() {
    judge.told(facts(OURS, ""), OURS, 0);
    assertThat(state(9)).isEqualTo(LbServerState.READY);
    assertThat(state(10)).isEqualTo(LbServerState.STALE);
    judge.told(facts(OURS, ""), OURS, seconds(11));
    assertThat(state(11)).isEqualTo(LbServerState.READY);
  }
}
