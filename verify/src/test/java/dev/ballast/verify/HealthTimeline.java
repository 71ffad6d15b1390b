package dev.ballast.verify;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * How long it takes from a backend's fault to its verdict, to the database and to every LB server, and which requests fail
 * meanwhile. All by one machine's clock: the verdict's own time, and when others see it.
 */
final class HealthTimeline implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Between two requests to one LB server for one pool. */
  private static final Duration PERIOD = Duration.ofMillis(20);

  /** The longest time between two probes: an interval and its jitter. */
  private static final Duration BETWEEN_PROBES = Duration.ofMillis(1_050);

  private static final long SEED = 1;

  private final Random random = new Random(SEED);
  private final HealthSite site;
  private final Map<String, SteadyClient> clients;
  private final List<Arrivals> arrivals;
  private final Map<HealthFault, Map<String, Requests>> requests = new EnumMap<>(HealthFault.class);

  /** What a client met with, over all rounds of a fault. */
  static final class Requests {
    private long sent;
    private long failed;
    private double slowestMillis;
    private final List<String> failures = new ArrayList<>();

    /** Returns when every request of it has ended. */
    private void add(SteadyClient.Phase phase) {
      phase.awaitEnd();
      sent += phase.sent.sum();
      failed += phase.failures.total();
      slowestMillis = Math.max(slowestMillis, phase.slowestMillis());
      if (phase.failures.total() > 0) {
        failures.add(phase.failures.toString());
      }
    }

    long sent() {
      return sent;
    }

    long failed() {
      return failed;
    }

    double slowestMillis() {
      return slowestMillis;
    }

    List<String> failures() {
      return failures;
    }
  }

  HealthTimeline(String name, Duration firstByte) {
    site = HealthSite.start(name, firstByte);
    arrivals = site.system().lbs().stream().map(Arrivals::follow).toList();
    clients =
        Map.of(
            HealthSite.RETRIED, site.client(HealthSite.RETRIED, PERIOD),
            HealthSite.ONCE, site.client(HealthSite.ONCE, PERIOD));
  }

  /** Requests by fault and pool, of all rounds so far. */
  Requests requests(HealthFault fault, String pool) {
    return requests
        .computeIfAbsent(fault, _ -> new java.util.HashMap<>())
        .computeIfAbsent(pool, _ -> new Requests());
  }

  /** A round that counts nowhere: the first verdict of a system finds all of it cold. */
  void warmUp() {
    List<HealthSample> _ = round(HealthFault.UNAVAILABLE);
    requests.clear();
  }

  /** One fault, from its beginning until all is well again: a sample of each pool. */
  List<HealthSample> round(HealthFault fault) {
    awaitAnyMoment();
    var during = newPhases();
    Instant began = Instant.now();
    site.inflict(fault);
    var stored = stored(fault, began);
    var samples = new ArrayList<HealthSample>();
    stored.forEach((pool, seen) -> samples.add(sample(fault, pool, began, seen)));
    var after = newPhases();
    during.forEach((pool, phase) -> requests(fault, pool).add(phase));
    site.heal(fault);
    site.awaitHealthy();
    newPhases();
    after.forEach((pool, phase) -> requests(fault, pool).add(phase));
    return samples;
  }

  /** A backend that has just answered well is probed again after an interval; the fault is to come at any moment of that. */
  private void awaitAnyMoment() {
    long nanos = random.nextLong(BETWEEN_PROBES.toNanos());
    for (long end = System.nanoTime() + nanos; end - System.nanoTime() > 0; ) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private Map<String, SteadyClient.Phase> newPhases() {
    var phases = new java.util.HashMap<String, SteadyClient.Phase>();
    clients.forEach((pool, client) -> phases.put(pool, client.newPhase()));
    return phases;
  }

  private static String name(String pool, HealthFault fault) {
    return pool + "/" + HealthSite.backend(fault);
  }

  /** A row, and when it was seen. */
  private record Stored(StatusTable.Row row, Instant at) {}

  /** When the database had the verdict, of each pool. */
  private Map<String, Stored> stored(HealthFault fault, Instant began) {
    var stored = new TreeMap<String, Stored>();
    while (stored.size() < HealthSite.POOLS.size()) {
      var rows = site.table().read();
      Instant now = Instant.now();
      for (String pool : HealthSite.POOLS) {
        var row = rows.get(name(pool, fault));
        if (row.verdict().equals("unhealthy") && row.since().isAfter(began)) {
          stored.putIfAbsent(pool, new Stored(row, now));
        }
      }
      if (Duration.between(began, now).compareTo(PATIENCE) > 0) {
        throw new AssertionError("no verdict on " + fault + " within " + PATIENCE + ": " + rows);
      }
      LockSupport.parkNanos(1_000_000);
    }
    return stored;
  }

  private HealthSample sample(HealthFault fault, String pool, Instant began, Stored stored) {
    Instant used =
        arrivals.stream()
            .map(each -> each.of(stored.row().revision(), PATIENCE))
            .max(Instant::compareTo)
            .orElseThrow();
    return new HealthSample(
        fault, pool, began, stored.row().since(), stored.at(), used, stored.row().reason());
  }

  @Override
  public void close() {
    clients.values().forEach(SteadyClient::close);
    arrivals.forEach(Arrivals::close);
    site.close();
  }
}
