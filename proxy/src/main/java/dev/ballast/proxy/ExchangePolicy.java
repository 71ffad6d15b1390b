package dev.ballast.proxy;

import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import dev.ballast.model.Retries;
import dev.ballast.model.Timeouts;

/**
 * The limits of a pool, times in the unit of the event loops: all that an exchange keeps of its configuration.
 *
 * @param queueNanos how long it may wait for room in the pool
 * @param hearsLoad whether it matters how busy backends say they are
 * @param isTimed whether it matters how long backends take to answer
 */
record ExchangePolicy(
    long connectNanos,
    long firstByteNanos,
    long idleNanos,
    long overallNanos,
    long queueNanos,
    Retries retries,
    boolean hearsLoad,
    boolean isTimed) {
  /** Of an exchange that has not begun. */
  static final ExchangePolicy NONE =
      new ExchangePolicy(0, 0, 0, 0, 0, Retries.defaults(), false, false);

  static ExchangePolicy of(Pool pool) {
    Timeouts timeouts = pool.timeouts();
    return new ExchangePolicy(
        timeouts.connect().toNanos(),
        timeouts.firstByte().toNanos(),
        timeouts.idle().toNanos(),
        timeouts.overall().toNanos(),
        pool.resilience().breaker().queueTimeout().toNanos(),
        pool.resilience().retries(),
        pool.algorithm() instanceof Algorithm.LeastLoad,
        pool.algorithm() instanceof Algorithm.LeastResponseTime);
  }
}
