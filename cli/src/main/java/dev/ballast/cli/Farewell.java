package dev.ballast.cli;

import dev.ballast.proxy.ProxyServer;
import java.time.Duration;

/**
 * How an LB server ends.
 *
 * @param delay how long it goes on accepting and serving after it has said that it is no longer ready
 * @param timeout how long what is in flight may go on after that
 */
record Farewell(Duration delay, Duration timeout) {
  static final Farewell AT_ONCE = new Farewell(Duration.ZERO, Duration.ZERO);

  /** Returns when nobody should be sent here any more. */
  void leave(ProxyServer proxy) {
    proxy.leave();
    if (!delay.isZero()) {
      proxy.serveOn(delay);
    }
  }
}
