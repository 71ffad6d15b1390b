package dev.ballast.locks;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How a program uses locks.
 *
 * @param owner what it calls itself in lists, as {@link Claim#note()}; for people, need not be unique
 * @param ttl how long a lease outlives its holder; 100 ms to 1 day, default 15 s. Renewed every third of it
 * @param driftPerMille by how much the engine's clock may run faster than this machine's, in thousandths; 0 to 200, default 10
 * @param ticker the monotonic clock
 * @param random names leases; must be unpredictable where several parties that don't trust each other share an engine
 */
public record LocksSettings(
    String owner, Duration ttl, int driftPerMille, Ticker ticker, RandomGenerator random) {
  public LocksSettings {
    Claim.check("an owner", owner);
    checkTtl(ttl);
    if (driftPerMille < 0 || driftPerMille > 200) {
      throw new IllegalArgumentException(
          "drift must be 0 to 200 thousandths, not " + driftPerMille);
    }
  }

  public static LocksSettings of(String owner, Ticker ticker, RandomGenerator random) {
    return new LocksSettings(owner, Duration.ofSeconds(15), 10, ticker, random);
  }

  public LocksSettings withTtl(Duration ttl) {
    return new LocksSettings(owner, ttl, driftPerMille, ticker, random);
  }

  static void checkTtl(Duration ttl) {
    if (ttl.compareTo(LockEngine.MIN_TTL) < 0 || ttl.compareTo(LockEngine.MAX_TTL) > 0) {
      throw new IllegalArgumentException(
          "a lease lives for 100ms to 1d, not " + ttl.toMillis() + "ms");
    }
  }
}
