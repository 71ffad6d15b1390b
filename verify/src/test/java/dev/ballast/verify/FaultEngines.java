package dev.ballast.verify;

import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LockEngines;
import dev.ballast.locks.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The engine of a URL. */
final class FaultEngines {
  private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

  private FaultEngines() {}

  /** Connects, for as long as it takes: a worker may be started while its engine is down. */
  static LockEngine connect(String url, Ticker ticker) {
    var random = new SecureRandom();
    while (true) {
      try {
        return LockEngines.connect(url, ticker, random);
      } catch (EngineUnavailable e) {
        System.err.println("Trying again: " + e);
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }
}
