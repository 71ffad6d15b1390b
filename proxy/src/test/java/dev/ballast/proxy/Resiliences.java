package dev.ballast.proxy;

import dev.ballast.model.CircuitBreaker;
import dev.ballast.model.OutlierEjection;
import dev.ballast.model.Pool.Resilience;
import dev.ballast.model.Retries;
import dev.ballast.model.SlowStart;
import java.time.Duration;

/** What tests ask of pools: one thing each, and nobody ejected unless that is the thing. */
final class Resiliences {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private Resiliences() {}

  static Resilience retries(int attempts, int budgetPercent, int budgetMin) {
    return retries(new Retries(attempts, budgetPercent, budgetMin));
  }

  static Resilience retries(Retries retries) {
    return new Resilience(retries, CircuitBreaker.defaults(), noEjection(), SlowStart.NONE);
  }

  static Resilience breaker(int connections, int requests, int pending, Duration queueTimeout) {
    return new Resilience(
        Retries.defaults(),
        new CircuitBreaker(connections, requests, pending, queueTimeout),
        noEjection(),
        SlowStart.NONE);
  }

  static Resilience ejection(int failuresInRow, Duration base) {
    return new Resilience(
        Retries.defaults(),
        CircuitBreaker.defaults(),
        new OutlierEjection(failuresInRow, 19, 5, 100, INTERVAL, base, Duration.ofMinutes(5), 10),
        SlowStart.NONE);
  }

  static Resilience slowStart(Duration window, int minPercent) {
    return new Resilience(
        Retries.defaults(),
        CircuitBreaker.defaults(),
        noEjection(),
        new SlowStart(window, minPercent));
  }

  static OutlierEjection noEjection() {
    return new OutlierEjection(0, 0, 5, 100, INTERVAL, INTERVAL, INTERVAL, 0);
  }
}
