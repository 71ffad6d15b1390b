package dev.ballast.simulator;

import java.util.List;
import java.util.function.LongFunction;

/**
 * How long answers take on the way to a target and back: asked at times that never go back, one link answers for one target. Not
 * thread-safe.
 */
interface Link {
  /** Milliseconds until the answer to what is sent at {@code seconds}; NaN if none comes. */
  double delayMillis(double seconds);

  /**
   * A kind of link.
   *
   * @param create makes one from a seed
   */
  record Kind(String name, LongFunction<Link> create) {}

  double DAY = 86_400;

  /** Synthetic links and recorded ones. */
  static List<Kind> kinds() {
    return List.of(
        new Kind("normal", seed -> normal(seed, 20, 5, 0)),
        new Kind("exponential", Link::exponential),
        new Kind("slow", seed -> normal(seed, 250, 60, 0)),
        new Kind("loss 1%", seed -> normal(seed, 20, 5, 0.01)),
        new Kind("bursts", Link::bursts),
        new Kind("diurnal", Link::diurnal),
        new Kind("gc", Link::collections),
        new Kind("rec loopback", seed -> RecordedDelays.read("loopback.txt").link(seed)),
        new Kind("rec loss", seed -> RecordedDelays.read("veth-loss.txt").link(seed)),
        new Kind("rec bursts", seed -> RecordedDelays.read("veth-bursts.txt").link(seed)));
  }

  /** Normally distributed delays; some answers don't come, each for itself. */
  static Link normal(long seed, double mean, double deviation, double loss) {
    var chance = new Chance(seed, 1);
    return _ ->
        chance.uniform() < loss ? Double.NaN : Math.max(0.05, mean + deviation * chance.gaussian());
  }

  private static Link exponential(long seed) {
    var chance = new Chance(seed, 2);
    return _ -> 20 * chance.exponential();
  }

  /** Gilbert's model in time: every minute or so nothing comes through for half a second, both on average, exponentially. */
  private static Link bursts(long seed) {
    var spells = new Spells(new Chance(seed, 3), 60, 0.5, 0.5, true);
    Link calm = normal(seed, 20, 5, 0);
    return seconds -> spells.isIn(seconds) ? Double.NaN : calm.delayMillis(seconds);
  }

  /** 3 ms by night, 57 ms by day. */
  private static Link diurnal(long seed) {
    var chance = new Chance(seed, 4);
    return seconds ->
        30 * (1 + 0.9 * StrictMath.sin(2 * Math.PI * seconds / DAY)) * chance.exponential();
  }

  /** The target stands still for 50 to 800 ms, once in a minute on average, and then answers all that waits. */
  private static Link collections(long seed) {
    var spells = new Spells(new Chance(seed, 5), 60, 0.05, 0.8, false);
    Link calm = normal(seed, 20, 5, 0);
    return seconds ->
        calm.delayMillis(seconds) + (spells.isIn(seconds) ? 1e3 * (spells.end() - seconds) : 0);
  }
}
