package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user's own balancer, whose mistakes no request feels: where it answers what is not there or was tried, or throws, another one picks in its place.
 * Each of that is counted, the first one of each event loop's is logged. Owned by one event loop.
 */
final class GuardedBalancer implements Balancer {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedBalancer.class);

  private final PoolPlan plan;
  private final Balancer guarded;
  private final Balancer instead;
  private final Tally<Counter> counts;
  private boolean hasLogged;

  GuardedBalancer(PoolPlan plan, Balancer guarded, Balancer instead, Tally<Counter> counts) {
    this.plan = plan;
    this.guarded = guarded;
    this.instead = instead;
    this.counts = counts;
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    int picked;
    try {
      picked = guarded.pick(key, tried, loads);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      hasFailed("threw " + e);
      return instead.pick(key, tried, loads);
    }
    if (picked >= 0 && picked < plan.preferredCount() && !tried.contains(picked)) {
      return picked;
    }
    int other = instead.pick(key, tried, loads);
    if (picked != NONE || other != NONE) {
      hasFailed("picked " + picked + " of " + plan.preferredCount() + ", tried " + tried);
    }
    return other;
  }

  /** This is the loop's own already; what it guards may want to be. */
  @Override
  public Balancer forLoop(Loads loads, long seed) {
    try {
      return new GuardedBalancer(plan, guarded.forLoop(loads, seed), instead, counts);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      hasFailed("threw " + e);
      return instead;
    }
  }

  @Override
  public void began(int index) {
    try {
      guarded.began(index);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      hasFailed("threw " + e);
    }
  }

  @Override
  public void finished(int index, long latencyNanos, Outcome outcome) {
    try {
      guarded.finished(index, latencyNanos, outcome);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      hasFailed("threw " + e);
    }
  }

  private void hasFailed(String how) {
    counts.increment(Counter.PICKS_REPAIRED);
    if (!hasLogged) {
      hasLogged = true;
      LOG.warn(
          "The algorithm of pool {} {}; a weighted round robin picks in its place (logged once)",
          plan.name(),
          how);
    }
  }
}
