package dev.ballast.simulator;

import dev.ballast.model.Algorithm;
import dev.ballast.model.InvalidInput;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a workload so far, text by text: what a later one says takes the place of what an earlier one said, and what none says has its
 * default. Not thread-safe.
 */
public final class WorkloadDraft {
  static final Duration DEFAULT_MEAN = Duration.ofMillis(10);
  static final double DEFAULT_LOAD = 0.8;
  static final int DEFAULT_BACKENDS = 10;
  static final int DEFAULT_KEYS = 10_000;
  static final int DEFAULT_REQUESTS = 1_000_000;
  static final Duration DEFAULT_DETECTION = Duration.ofSeconds(2);
  static final Duration DEFAULT_ZONE_DELAY = Duration.ofMillis(1);

  Arrivals arrivals = new Arrivals.Poisson(1);
  ServiceTime service = new ServiceTime.Exponential(DEFAULT_MEAN.toNanos());
  List<Workload.Group> groups = List.of(Workload.Group.of(DEFAULT_BACKENDS));
  Workload.LbServers lbServers = new Workload.LbServers(1, DEFAULT_DETECTION, List.of());
  Duration zoneDelay = DEFAULT_ZONE_DELAY;
  List<Workload.Incident> incidents = List.of();
  int keys = DEFAULT_KEYS;
  double zipf = 0;

  /** Unless given by the rate: how much of what the backends can do is asked of them. */
  double load = Double.NaN;

  /** Requests a second; NaN if it is not given. */
  double rate = Double.NaN;

  List<Algorithm> algorithms = List.of();
  long requests = -1;
  long seed = 1;
  private @Nullable Recording recording;

  /** What holds unless something else is said, and has to be said. */
  private @Nullable ServiceTime unsaidService;

  private @Nullable List<Workload.Group> unsaidGroups;

  /**
   * Takes in what a text says.
   *
   * @param yaml a mapping
   * @throws InvalidInput naming every mistake with line and path; then nothing of the text counts that stands behind it
   */
  public void read(byte[] yaml) {
    WorkloadReader.read(yaml, this);
  }

  /** Takes arrivals, work and backends from a recording, unless a text says otherwise later. */
  public void use(Recording recorded) {
    recording = recorded;
    arrivals = recorded.arrivals();
    recorded.service().ifPresentOrElse(times -> service = times, () -> unsaidService = service);
    if (recorded.groups().isEmpty()) {
      unsaidGroups = groups;
    } else {
      groups = recorded.groups();
    }
  }

  /**
   * The workload as a whole.
   *
   * @throws IllegalArgumentException if parts don't go together, or what a recording leaves open was not said
   */
  public Workload workload() {
    demandWhatIsOpen();
    double perSecond = arrivals.perSecond();
    if (!Double.isNaN(rate)) {
      perSecond = rate;
    } else if (!Double.isNaN(load) || recording == null) {
      double share = Double.isNaN(load) ? DEFAULT_LOAD : load;
      perSecond = share * Workload.capacityPerSecond(groups, service);
    }
    return new Workload(
        arrivals.at(perSecond), service, groups, lbServers, zoneDelay, incidents, keys, zipf);
  }

  @SuppressWarnings("ReferenceEquality") // Whether it was replaced, also by the same.
  private void demandWhatIsOpen() {
    if (service == unsaidService) {
      throw new IllegalArgumentException(
          "the access log does not say how long backends took: say it with --service, for example"
              + " --service '{type: log-normal, mean: 25ms}', or use a log that has it (see --log-format)");
    }
    if (groups == unsaidGroups) {
      throw new IllegalArgumentException(
          "the access log does not say which backend got a request and how long it took: say with --backends how many there are, for example"
              + " --backends '{count: 8, concurrency: 4}'");
    }
  }

  /** The algorithms to compare; all of them if none is named. */
  public List<Algorithm> algorithms() {
    return algorithms.isEmpty() ? Algorithm.all() : List.copyOf(algorithms);
  }

  /** How many requests there are: those of a recording, unless something else is said. */
  public long requests() {
    if (requests > 0) {
      return requests;
    }
    return recording == null ? DEFAULT_REQUESTS : recording.size();
  }

  /** What all chance follows from. */
  public long seed() {
    return seed;
  }
}
