package dev.ballast.verify;

import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.EtcdEngine;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.PostgresEngine;
import dev.ballast.locks.RedisEngine;
import dev.ballast.locks.RedlockEngine;
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
    while (true) {
      try {
        return connectOnce(url, ticker);
      } catch (EngineUnavailable e) {
        System.err.println("Trying again: " + e);
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  private static LockEngine connectOnce(String url, Ticker ticker) {
    String scheme = url.substring(0, url.indexOf(':'));
    return switch (scheme) {
      case "postgres" -> PostgresEngine.connect(url);
      case "redis" -> RedisEngine.connect(url);
      case "redlock" -> RedlockEngine.connect(url, ticker, new SecureRandom());
      case "etcd" -> EtcdEngine.connect(url);
      default -> throw new IllegalArgumentException("no engine: " + scheme);
    };
  }
}
