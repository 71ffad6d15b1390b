package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.util.ArrayDeque;

/**
 * How many targets are silent, and out of how many, as {@link MassBrake} asks: kept up to date target by target. One that was convicted
 * by silence counts on for a while, unless it answers well enough to be healthy again.
 *
 * <p>Owned by the observer.
 */
final class SilentCount {
  private final long memoryNanos;
  private final ArrayDeque<Fall> falls = new ArrayDeque<>();
  private int healthy;
  private int silent;
  private int fallen;

  SilentCount(long memoryNanos) {
    this.memoryNanos = memoryNanos;
  }

  private record Fall(Watched<?> who, long until) {}

  /** Takes in what has become of a target. */
  void update(Watched<?> who, long now) {
    boolean isHealthy = who.watch.verdict() == Verdict.HEALTHY;
    boolean isSilent = who.watch.isHealthyAndSilent(now);
    healthy += number(isHealthy) - number(who.isHealthy);
    silent += number(isSilent) - number(who.isSilent);
    who.isHealthy = isHealthy;
    who.isSilent = isSilent;
    if (isHealthy) {
      forgive(who);
    }
  }

  /** A target that was healthy has been convicted by silence. */
  void fell(Watched<?> who, long now) {
    forgive(who);
    who.isFallen = true;
    who.fallenUntil = now + memoryNanos;
    fallen++;
    falls.add(new Fall(who, who.fallenUntil));
  }

  void remove(Watched<?> who) {
    healthy -= number(who.isHealthy);
    silent -= number(who.isSilent);
    who.isHealthy = false;
    who.isSilent = false;
    forgive(who);
  }

  /** Forgets those that fell too long ago. */
  void expire(long now) {
    while (!falls.isEmpty() && falls.getFirst().until() - now <= 0) {
      Fall fall = falls.removeFirst();
      if (fall.who().isFallen && fall.who().fallenUntil == fall.until()) {
        forgive(fall.who());
      }
    }
  }

  private void forgive(Watched<?> who) {
    fallen -= number(who.isFallen);
    who.isFallen = false;
  }

  private static int number(boolean fact) {
    return fact ? 1 : 0;
  }

  int silent() {
    return silent + fallen;
  }

  int watched() {
    return healthy + fallen;
  }
}
