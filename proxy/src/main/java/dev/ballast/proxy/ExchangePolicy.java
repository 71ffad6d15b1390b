package dev.ballast.proxy;

import dev.ballast.model.Timeouts;

/** The time limits of a pool in the unit of the event loops: all that an exchange keeps of its configuration. */
record ExchangePolicy(long connectNanos, long firstByteNanos, long idleNanos, long overallNanos) {
  static ExchangePolicy of(Timeouts timeouts) {
    return new ExchangePolicy(
        timeouts.connect().toNanos(),
        timeouts.firstByte().toNanos(),
        timeouts.idle().toNanos(),
        timeouts.overall().toNanos());
  }
}
