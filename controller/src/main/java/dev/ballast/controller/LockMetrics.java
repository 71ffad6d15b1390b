package dev.ballast.controller;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.function.IntSupplier;

/** What the controller counts of locks; labels are bounded by the calls of the API. */
final class LockMetrics {
  private static final double[] SECONDS = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10};

  private final PrometheusRegistry registry;
  private final Counter calls;
  private final Counter granted;
  private final Counter broken;
  private final Histogram callSeconds;

  /** How a call to the engine ended. */
  enum Outcome {
    DONE("done"),
    /** There is no such lease. */
    LOST("lost"),
    /** It was refused as invalid. */
    INVALID("invalid"),
    /** The engine gave no answer. */
    UNAVAILABLE("unavailable");

    private final String label;

    Outcome(String label) {
      this.label = label;
    }
  }

  LockMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    calls =
        Counter.builder()
            .name("ballast_locks_calls_total")
            .help("Calls to the engine of locks, by call and outcome")
            .labelNames("call", "outcome")
            .register(registry);
    callSeconds =
        Histogram.builder()
            .name("ballast_locks_call_seconds")
            .help("Time that the engine of locks took for a call")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames("call")
            .register(registry);
    granted =
        Counter.builder()
            .name("ballast_locks_claims_total")
            .help("Claims answered, by answer: held, or waiting")
            .labelNames("answer")
            .register(registry);
    broken =
        Counter.builder()
            .name("ballast_locks_broken_total")
            .help("Leases ended because somebody broke their lock")
            .register(registry);
    for (String answer : new String[] {"held", "waiting"}) {
      granted.initLabelValues(answer);
    }
  }

  /** Adds what is counted elsewhere. */
  void observe(IntSupplier listeners, IntSupplier waiters) {
    gauge("ballast_locks_listeners", "Clients that are told whom the engine wakes", listeners);
    gauge("ballast_locks_waiters", "Requests that wait for a lock", waiters);
  }

  private void gauge(String name, String help, IntSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsInt()))
        .register(registry);
  }

  void called(String call, Outcome outcome, long nanos) {
    calls.labelValues(call, outcome.label).inc();
    callSeconds.labelValues(call).observe(Unit.nanosToSeconds(nanos));
  }

  void answered(boolean isHeld) {
    granted.labelValues(isHeld ? "held" : "waiting").inc();
  }

  void broke(int leases) {
    broken.inc(leases);
  }
}
