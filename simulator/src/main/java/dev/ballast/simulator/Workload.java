package dev.ballast.simulator;

import java.time.Duration;
import java.util.List;

/**
 * What is simulated, whatever the algorithm: requests, backends, LB servers, and what goes wrong when.
 *
 * @param groups of backends, in the order of their names; together 1 to {@value #MOST_BACKENDS}
 * @param zoneDelay by how much later an answer from another zone comes
 * @param incidents what happens to single backends
 * @param keys how many different ones there are for the algorithms that hash, 1 to {@value #MOST_KEYS}
 * @param zipf how unequal they are, 0 (all alike) to 4
 */
public record Workload(
    Arrivals arrivals,
    ServiceTime service,
    List<Group> groups,
    LbServers lbServers,
    Duration zoneDelay,
    List<Incident> incidents,
    int keys,
    double zipf) {
  public static final int MOST_BACKENDS = 100_000;
  public static final int MOST_KEYS = 10_000_000;
  public static final int MOST_LB_SERVERS = 1_000;

  /** What all LB servers together know of backends is at most of so many. */
  private static final int MOST_VIEWS = 2_000_000;

  /**
   * Backends that are alike.
   *
   * @param speed how fast it works, 1 being what service times are given for
   * @param weight in the configuration
   * @param concurrency how many requests each works on at once; more wait in line, first come first served
   * @param zone where they are; empty: nowhere in particular
   */
  public record Group(int count, double speed, int weight, int concurrency, String zone) {
    public Group {
      demand(count >= 1 && count <= MOST_BACKENDS, "a group has 1 to 100000 backends");
      demand(speed > 0 && speed <= 1e6, "speed is above 0");
      demand(weight >= 0 && weight <= 1_000, "weight is 0 to 1000");
      demand(concurrency >= 1 && concurrency <= 1_000_000, "concurrency is 1 to 1000000");
    }

    /** As many that are alike, of speed 1, weight 1 and concurrency 1. */
    public static Group of(int count) {
      return new Group(count, 1, 1, 1, "");
    }
  }

  /**
   * Those that share out the requests. Each request comes to one of them by chance; each sees its own exchanges alone.
   *
   * @param detection after how long one learns that a backend has failed or works again; each time from half to one and a half times that
   * @param zones where they are, in turn; empty: nowhere in particular
   * @param spillPercent backends of the own zone suffice while so large a share of them is eligible, by weight, 1 to 100; 0: zones do not matter
   */
  public record LbServers(int count, Duration detection, List<String> zones, int spillPercent) {
    /** To whom zones do not matter. */
    public LbServers(int count, Duration detection, List<String> zones) {
      this(count, detection, zones, 0);
    }

    public LbServers {
      zones = List.copyOf(zones);
      demand(count >= 1 && count <= MOST_LB_SERVERS, "there are 1 to 1000 LB servers");
      demand(!detection.isNegative(), "detection is not negative");
      demand(spillPercent >= 0 && spillPercent <= 100, "spillBelow is 1% to 100%");
    }

    String zone(int lbServer) {
      return zones.isEmpty() ? "" : zones.get(lbServer % zones.size());
    }
  }

  /**
   * Something happens to one backend for a while.
   *
   * @param backend from 0
   * @param at from the beginning
   * @param slowness how many times as long it takes; 0: it has failed, answers what it has and what it gets with an error at once, and LB servers
   *     learn of it after a while
   */
  public record Incident(int backend, Duration at, Duration lasts, double slowness) {
    public Incident {
      demand(backend >= 0, "backends are numbered from 0");
      demand(!at.isNegative() && lasts.isPositive(), "an incident lasts longer than 0");
      demand(slowness >= 0 && slowness <= 1e6, "slowness is 0 to a million");
    }

    boolean overlaps(Incident other) {
      return backend == other.backend
          && at.compareTo(other.at.plus(other.lasts)) < 0
          && other.at.compareTo(at.plus(lasts)) < 0;
    }

    boolean isFailure() {
      return slowness == 0;
    }
  }

  public Workload {
    groups = List.copyOf(groups);
    incidents = List.copyOf(incidents);
    int backends = groups.stream().mapToInt(Group::count).sum();
    demand(backends >= 1 && backends <= MOST_BACKENDS, "there are 1 to 100000 backends");
    demand(
        (long) backends * lbServers.count() <= MOST_VIEWS,
        "backends times LB servers are at most " + MOST_VIEWS);
    demandIncidents(incidents, backends);
    demand(keys >= 1 && keys <= MOST_KEYS, "there are 1 to 10000000 keys");
    demand(zipf >= 0 && zipf <= 4, "zipf is 0 to 4");
    demand(!zoneDelay.isNegative(), "the delay between zones is not negative");
  }

  private static void demandIncidents(List<Incident> incidents, int backends) {
    for (int i = 0; i < incidents.size(); i++) {
      Incident incident = incidents.get(i);
      demand(
          incident.backend() < backends,
          "incidents[%d].backend: there is no backend %d; the %d backends are numbered from 0"
              .formatted(i, incident.backend(), backends));
      for (int other = 0; other < i; other++) {
        demand(
            !incident.overlaps(incidents.get(other)),
            "incidents[%d] and incidents[%d] of backend %d overlap: a backend has one at a time"
                .formatted(other, i, incident.backend()));
      }
    }
  }

  /** How many backends there are. */
  public int backends() {
    return groups.stream().mapToInt(Group::count).sum();
  }

  /** How much of what the backends can do together is asked of them; from 1 on, lines grow without end. */
  public double utilisation() {
    return arrivals.perSecond() / capacityPerSecond(groups, service);
  }

  /** How many requests a second the backends can do together. */
  static double capacityPerSecond(List<Group> groups, ServiceTime service) {
    double servers = 0;
    for (Group group : groups) {
      servers += group.count() * group.speed() * group.concurrency();
    }
    return servers / service.meanNanos() * 1e9;
  }

  private static void demand(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
