package dev.ballast.simulator;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Balancers;
import dev.ballast.balancing.Candidate;
import dev.ballast.balancing.EffectiveWeights;
import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Lineup;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.PeakEwma;
import dev.ballast.balancing.Placement;
import dev.ballast.balancing.ReportedLoad;
import dev.ballast.balancing.Rules;
import dev.ballast.balancing.Tried;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import dev.ballast.model.Preference;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One LB server of one event loop, as it sees the world: its own exchanges, its own times, the health that it has heard of, and the balancer that it
 * has built from these by the same classes as a real one. Not thread-safe.
 */
final class LbView implements Loads {
  private static final int WHOLE = 100;

  private final Algorithm algorithm;
  private final Extensions extensions;
  private final Backends backends;
  private final List<Member> all;
  private final @Nullable Placement placement;
  private final long fleetSeed;
  private final long loopSeed;
  private final Verdict[] verdicts;
  private final int[] inFlight;
  private final String zone;
  private final int spillPercent;
  private final PeakEwma[] times;
  private final ReportedLoad[] reports;
  private final long memoryNanos;
  private final boolean isByKey;
  private long total;
  private long sequence;
  private long now;
  private int[] members = {};
  private int[] places = {};
  private Balancer balancer;

  /**
   * One that takes all backends for healthy.
   *
   * @param placement of all backends, if the algorithm hashes; shared by all LB servers
   * @param zone where it is, or empty
   * @param spillPercent backends of its own zone suffice while so large a share of them is eligible; 0: zones do not matter
   */
  LbView(
      Algorithm algorithm,
      Extensions extensions,
      Backends backends,
      List<Member> all,
      @Nullable Placement placement,
      long fleetSeed,
      String zone,
      int spillPercent,
      Chance chance) {
    this.algorithm = algorithm;
    this.extensions = extensions;
    this.backends = backends;
    this.all = all;
    this.placement = placement;
    this.fleetSeed = fleetSeed;
    this.loopSeed = chance.bits();
    this.sequence = chance.bits() >>> 16;
    this.verdicts = new Verdict[backends.count];
    this.inFlight = new int[backends.count];
    this.zone = zone;
    this.spillPercent = spillPercent;
    this.isByKey = algorithm.part().isPresent();
    this.memoryNanos = algorithm.memory().toNanos();
    boolean remembersTimes = algorithm instanceof Algorithm.LeastResponseTime;
    this.times = new PeakEwma[remembersTimes ? backends.count : 0];
    Arrays.setAll(times, _ -> new PeakEwma());
    boolean hearsLoad = algorithm instanceof Algorithm.LeastLoad;
    this.reports = new ReportedLoad[hearsLoad ? backends.count : 0];
    Arrays.setAll(reports, _ -> new ReportedLoad());
    Arrays.fill(verdicts, Verdict.HEALTHY);
    this.balancer = build();
  }

  /** It hears of a backend's health. */
  void hear(int backend, Verdict verdict, long atNanos) {
    now = atNanos;
    verdicts[backend] = verdict;
    balancer = build();
  }

  private Balancer build() {
    var candidates = new ArrayList<Candidate>(backends.count);
    for (int i = 0; i < backends.count; i++) {
      candidates.add(candidate(i));
    }
    var rules =
        new Rules(
            true,
            Pool.DEFAULT_PANIC_THRESHOLD_PERCENT,
            Preference.DEFAULT_FAILOVER_PERCENT,
            spillPercent,
            zone);
    var eligibility = Eligibility.evaluate(candidates, rules, Instant.EPOCH);
    Lineup lineup = Lineup.of(candidates, eligibility);
    places = lineup.places();
    members = IntStream.range(0, lineup.preferredCount()).map(lineup::member).toArray();
    return shared(lineup, eligibility.preferred().ownShare()).forLoop(this, loopSeed);
  }

  private Candidate candidate(int backend) {
    return new Candidate(
        backends.weights[backend],
        AdminState.ENABLED,
        null,
        verdicts[backend],
        Instant.EPOCH,
        null,
        true,
        new Candidate.Rank(0, backends.zones[backend], true));
  }

  private Balancer shared(Lineup lineup, double ownShare) {
    int[] whole = new int[members.length];
    Arrays.fill(whole, WHOLE);
    int[] weights = IntStream.of(members).map(i -> backends.weights[i]).toArray();
    var effective = EffectiveWeights.of(algorithm, weights, whole, lineup.roles(), ownShare);
    int[] keyPercents =
        effective.keyPercents().length == 0
            ? effective.keyPercents()
            : lineup.byCandidate(effective.keyPercents(), WHOLE);
    return over(effective.algorithm(), effective.weights(), keyPercents);
  }

  private Balancer over(Algorithm how, int[] weights, int[] keyPercents) {
    if (placement != null && how instanceof Algorithm.Hash hash) {
      return placement.balancer(hash, places, keyPercents, weights);
    }
    List<Member> eligible =
        IntStream.range(0, members.length)
            .mapToObj(place -> new Member(all.get(members[place]).name(), weights[place]))
            .toList();
    return how instanceof Algorithm.Custom custom
        ? extensions.build(custom, eligible, fleetSeed)
        : Balancers.build(how, eligible, fleetSeed);
  }

  /**
   * The backend that the next request goes to, or {@link Balancer#NONE}.
   *
   * @param key what it is hashed by, if the algorithm hashes
   */
  int pick(long key, long atNanos) {
    now = atNanos;
    int index = balancer.pick(isByKey ? key : sequence++, Tried.NONE, this);
    return index == Balancer.NONE ? Balancer.NONE : members[index];
  }

  void began(int backend) {
    inFlight[backend]++;
    total++;
    if (places[backend] != Balancer.NONE) {
      balancer.began(places[backend]);
    }
  }

  /** An answer has come, with what the backend says of itself. */
  void answered(int backend, long latencyNanos, long atNanos) {
    now = atNanos;
    if (times.length > 0) {
      times[backend].record(latencyNanos, now, memoryNanos);
    } else if (reports.length > 0) {
      reports[backend].heard(backends.utilisation(backend), now);
    }
    finished(backend, latencyNanos, Outcome.ANSWERED);
  }

  void failed(int backend, long latencyNanos, long atNanos) {
    now = atNanos;
    if (times.length > 0) {
      times[backend].recordFailure(latencyNanos, now, memoryNanos);
    }
    finished(backend, latencyNanos, Outcome.FAILED);
  }

  private void finished(int backend, long latencyNanos, Outcome outcome) {
    inFlight[backend]--;
    total--;
    if (places[backend] != Balancer.NONE) {
      balancer.finished(places[backend], latencyNanos, outcome);
    }
  }

  @Override
  public int inFlight(int index) {
    return inFlight[members[index]];
  }

  @Override
  public long total() {
    return total;
  }

  @Override
  public long responseNanos(int index) {
    return times.length == 0 ? 0 : times[members[index]].nanos(now, memoryNanos);
  }

  @Override
  public int utilisation(int index) {
    return reports.length == 0 ? 0 : reports[members[index]].thousandths(now, memoryNanos);
  }
}
