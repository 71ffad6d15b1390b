package dev.ballast.balancing;

/**
 * An algorithm, built for one list of members. Immutable: safe for all event loops at once. What has to remember exchanges makes one of its own for
 * each event loop.
 *
 * <p>Slow start, panic, zones and draining are eligibility and effective weights, computed before it is built.
 */
public interface Balancer {
  /** What {@link #pick} answers when no member is left. */
  int NONE = -1;

  /**
   * The member that this request goes to.
   *
   * @param key what the algorithm decides by: for the round robins the event loop's own sequence number, any {@code long}
   * @param tried members that this exchange has already tried, never picked again
   * @param loads what the members carry now
   * @return an index into the members it was built from, or {@link #NONE}
   */
  int pick(long key, Tried tried, Loads loads);

  /**
   * What one event loop picks with from now on: this, unless the algorithm remembers what is in flight. Then it is the loop's alone, and
   * hears of {@link #began} and {@link #finished}.
   *
   * @param loads what the members carry now
   * @param seed any; loops of different seeds begin with different members
   */
  default Balancer forLoop(Loads loads, long seed) {
    return this;
  }

  /** An exchange with the member at {@code index} has begun on this loop, whoever has picked it. */
  default void began(int index) {}

  /**
   * An exchange with the member at {@code index} has ended on this loop.
   *
   * @param latencyNanos from the request's last byte to the answer's first, of a stream how long it took to connect; when there was none of these,
   *     until it was given up
   */
  default void finished(int index, long latencyNanos, Outcome outcome) {}
}
