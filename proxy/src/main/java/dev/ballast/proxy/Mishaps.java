package dev.ballast.proxy;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a connection whose turn throws, where an event loop does something to many in turn: it ends, it is counted, and the
 * others have their turns. Only a mistake of ours, or the want of memory, brings that about. Owned by one event loop.
 */
final class Mishaps {
  private static final Logger LOG = LoggerFactory.getLogger(Mishaps.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Tally<Counter> counts;
  private final Ticker ticker;
  private long loggedNanos;
  private boolean hasLogged;

  Mishaps(Tally<Counter> counts, Ticker ticker) {
    this.counts = counts;
    this.ticker = ticker;
  }

  /** The handler's turn threw: ends its connection, if that can still be done. Throws nothing. */
  void happened(TimedHandler handler, Throwable cause) {
    counts.increment(Counter.MISHAPS);
    try {
      handler.breakOff();
    } catch (Throwable e) {
      cause.addSuppressed(e);
    }
    try {
      log(cause);
    } catch (Throwable e) {
      // Without memory nothing can be said; it was counted.
    }
  }

  private void log(Throwable cause) {
    long nowNanos = ticker.nanoTime();
    if (!hasLogged || nowNanos - loggedNanos > QUIET_NANOS) {
      hasLogged = true;
      loggedNanos = nowNanos;
      LOG.error("A connection was ended, as its turn failed (logged once a minute)", cause);
    }
  }
}
