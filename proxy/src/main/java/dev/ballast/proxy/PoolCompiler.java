package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Balancers;
import dev.ballast.balancing.Candidate;
import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Lineup;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Placement;
import dev.ballast.balancing.Rules;
import dev.ballast.balancing.SlowStartRamp;
import dev.ballast.balancing.Standing;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Item;
import dev.ballast.model.Pool;
import dev.ballast.model.SlowStart;
import dev.ballast.model.Sticky;
import dev.ballast.model.Timeouts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the plan of one pool, carrying over its members, handles and sequence. Owned by the control thread. */
final class PoolCompiler {
  private static final Logger LOG = LoggerFactory.getLogger(PoolCompiler.class);

  private static final Set<Standing> RETIRED =
      EnumSet.of(Standing.DRAINING, Standing.DISABLED, Standing.OUTSIDE_SUBSET);

  private final Loops loops;
  private final Names names;
  private final RandomGenerator random;
  private final ProxySettings.Place place;
  private final TlsCompiler tls;
  private final OpenedSecrets secrets;
  private final Runnable onSuspicion;
  private final Extensions extensions;

  /** Why the pools that are not balanced as they should be are not, by name: said once. */
  private final Map<String, String> refusals = new HashMap<>();

  /**
   * @param extensions algorithms of users' own
   * @param place where this LB server stands
   * @param onSuspicion asked, by any loop, to evaluate again soon: a backend has failed again and again
   */
  PoolCompiler(
      Loops loops,
      Names names,
      TlsCompiler tls,
      OpenedSecrets secrets,
      RandomGenerator random,
      Extensions extensions,
      ProxySettings.Place place,
      Runnable onSuspicion) {
    this.extensions = extensions;
    this.tls = tls;
    this.secrets = secrets;
    this.loops = loops;
    this.names = names;
    this.random = random;
    this.place = place;
    this.onSuspicion = onSuspicion;
  }

  /** The same object as {@code before} if nothing changed. */
  CompiledPool compile(Item item, MemberWalk walk, @Nullable CompiledPool before, Instant now) {
    Pool pool = (Pool) item.resource();
    PoolHandle handle = before == null ? newHandle(pool.name(), now) : before.handle();
    List<PoolMember> previous = before == null ? List.of() : before.members();
    var merged = MemberMerge.merge(previous, handle, walk, names, now, loops.count());
    retire(merged.gone());
    List<PoolMember> members = merged.members();
    handle.limit(pool.resilience().breaker());
    handle.remember(pool.algorithm().memory());
    handle.panicBelow(pool.panicThresholdPercent());
    speak(pool, handle, members);
    boolean isJudgedAnew = Outliers.judge(handle, members, pool.resilience().ejection(), now);
    if (before != null
        && !isJudgedAnew
        && (!isKeyed(pool) || before.keys().equals(secrets.fleet()))
        && before.item().equals(item)
        && !merged.isChanged()
        && !before.isOutdated(now)) {
      return before;
    }
    return build(item, members, handle, before, now);
  }

  /** Whether what it does depends on the keys of the fleet. */
  private static boolean isKeyed(Pool pool) {
    return pool.sticky().isPresent()
        || pool.preference().isForSubset()
        || pool.algorithm() instanceof Algorithm.Hash
        || pool.algorithm() instanceof Algorithm.Custom;
  }

  private long seed() {
    return secrets.fleet().hashSeedNumber();
  }

  private PoolHandle newHandle(String name, Instant now) {
    return new PoolHandle(name, now, loops.count(), random, onSuspicion);
  }

  /** When the pool is to be looked at again, though nothing has come from outside. */
  Optional<Instant> nextLook(CompiledPool pool) {
    return Stream.concat(
            pool.nextChange().stream(), pool.handle().outliers().nextStatistics().stream())
        .min(Instant::compareTo);
  }

  /** Over TLS or in clear, with a PROXY header or without, all members of a pool alike. */
  private void speak(Pool pool, PoolHandle handle, List<PoolMember> members) {
    TlsCompiler.Upstream spoken = pool.transport().tls().map(tls::upstream).orElse(null);
    tell(handle, spoken == null ? null : spoken.trouble());
    var beginning =
        new Beginning(
            spoken == null ? null : spoken.tls(), pool.transport().proxyProtocol().orElse(null));
    for (PoolMember member : members) {
      member.handle().begin(beginning, loops.all());
    }
  }

  private static void tell(PoolHandle pool, @Nullable BindFailure trouble) {
    BindFailure before = pool.trouble();
    pool.trouble(trouble);
    if (trouble != null && !trouble.equals(before)) {
      LOG.warn(
          "TLS to the backends of pool {} can't be spoken: {}; {}",
          pool.name(),
          trouble.reason(),
          trouble.remedy());
    } else if (trouble == null && before != null) {
      LOG.info("TLS to the backends of pool {} can be spoken now", pool.name());
    }
  }

  /** A pool that routes name and the snapshot has not. */
  PoolPlan missing(String name, Instant now) {
    var pool = new Pool(name, new Algorithm.RoundRobin(), Optional.empty(), Timeouts.defaults(), 0);
    var nobody = Eligibility.evaluate(List.of(), false, 0, now);
    return plan(
        pool, newHandle(name, now), List.of(), Lineup.of(List.of(), nobody), nobody, null, now);
  }

  private CompiledPool build(
      Item item,
      List<PoolMember> members,
      PoolHandle handle,
      @Nullable CompiledPool before,
      Instant now) {
    Pool pool = (Pool) item.resource();
    List<Candidate> candidates = Ranks.candidates(pool, members, place, seed());
    Eligibility until = before == null ? null : before.plan().eligibility();
    Eligibility eligibility =
        Eligibility.evaluate(candidates, Rules.of(pool, place.zone()), until, now);
    settle(members, eligibility, handle, before != null, now);
    PoolNews.tell(pool.name(), until, eligibility);
    Placement placement = placement(pool.algorithm(), members, candidates, before);
    return new CompiledPool(
        item,
        members,
        plan(
            pool, handle, members, Lineup.of(candidates, eligibility), eligibility, placement, now),
        placement,
        handle,
        secrets.fleet(),
        hostNames(members),
        unresolved(members, candidates),
        nextChange(members, eligibility, pool.resilience().slowStart(), now));
  }

  private static Optional<Instant> nextChange(
      List<PoolMember> members, Eligibility eligibility, SlowStart ramp, Instant now) {
    Instant next = eligibility.nextChange().orElse(null);
    for (PoolMember member : members) {
      Instant since = member.handle().risingSince();
      Instant step = since == null ? null : SlowStartRamp.nextStep(ramp, since, now).orElse(null);
      if (step != null && (next == null || step.isBefore(next))) {
        next = step;
      }
    }
    return Optional.ofNullable(next);
  }

  private PoolPlan plan(
      Pool pool,
      PoolHandle handle,
      List<PoolMember> members,
      Lineup lineup,
      Eligibility eligibility,
      @Nullable Placement placement,
      Instant now) {
    var eligible = new ArrayList<PoolMember>(lineup.size());
    for (int place = 0; place < lineup.size(); place++) {
      eligible.add(members.get(lineup.member(place)));
    }
    var shares =
        Shares.of(
            pool.algorithm(),
            members,
            lineup,
            eligibility.preferred(),
            pool.resilience().slowStart(),
            now);
    var plan =
        new PoolPlan(
            handle,
            ExchangePolicy.of(pool),
            members,
            eligibility,
            eligible.stream().map(PoolMember::handle).toArray(BackendHandle[]::new),
            picking(pool, shares, lineup, placement),
            shares.percents(),
            sticky(pool, handle, eligible, members.size()));
    handle.follow(plan);
    return plan;
  }

  private Picking picking(Pool pool, Shares shares, Lineup lineup, @Nullable Placement placement) {
    HashKey key = pool.algorithm().part().map(part -> new HashKey(part, seed())).orElse(null);
    return switch (shares.algorithm()) {
      case Algorithm.Hash hash when placement != null ->
          Picking.own(
              placement.balancer(hash, lineup.places(), shares.keyPercents(), shares.weights()),
              lineup,
              key);
      case Algorithm.Custom custom -> custom(pool.name(), custom, shares.members(), lineup, key);
      case Algorithm ours ->
          Picking.own(Balancers.build(ours, shares.members(), seed()), lineup, key);
    };
  }

  private Picking custom(
      String pool,
      Algorithm.Custom custom,
      List<Member> members,
      Lineup lineup,
      @Nullable HashKey key) {
    Balancer instead = Balancers.build(new Algorithm.WeightedRoundRobin(), members, seed());
    try {
      Balancer theirs = extensions.build(custom, members, seed());
      refusals.remove(pool);
      return new Picking(theirs, lineup, instead, key, null);
    } catch (IllegalArgumentException refused) {
      String reason = String.valueOf(refused.getMessage());
      if (!reason.equals(refusals.put(pool, reason))) {
        LOG.warn("Pool {} is balanced by weighted round robin: {}", pool, reason);
      }
      var trouble =
          new BindFailure(
              reason + "; weighted-round-robin is used",
              "mend the pool's algorithm, or start the LB server with --extensions that have it");
      return new Picking(instead, lineup, null, null, trouble);
    }
  }

  /** Of all members that this LB server uses, so that it stays the same whatever happens to their health. */
  private @Nullable Placement placement(
      Algorithm algorithm,
      List<PoolMember> members,
      List<Candidate> candidates,
      @Nullable CompiledPool before) {
    if (!(algorithm instanceof Algorithm.Hash hash)) {
      return null;
    }
    var all = new ArrayList<Member>(members.size());
    for (int i = 0; i < members.size(); i++) {
      boolean isUsed = candidates.get(i).rank().isInSubset();
      Member member = members.get(i).balancingMember();
      all.add(isUsed ? member : new Member(member.name(), 0));
    }
    Placement known = before == null ? null : before.placement();
    return known != null && known.isOf(hash, all, seed()) ? known : Placement.of(hash, all, seed());
  }

  private @Nullable StickyPlan sticky(
      Pool pool, PoolHandle handle, List<PoolMember> eligible, int members) {
    Sticky how = pool.sticky().orElse(null);
    if (how == null) {
      return null;
    }
    List<String> ids = eligible.stream().map(PoolMember::id).toList();
    List<byte[]> keys = secrets.fleet().cookieKeys();
    return StickyPlan.of(how, handle.stickyTokens().of(ids, keys, members), keys.size());
  }

  /**
   * Lets the backends know how they stand. One that takes no new work keeps no idle connections, while spares keep theirs; one that has just become
   * eligible starts slowly, unless it came with its pool and that is new itself.
   */
  private void settle(
      List<PoolMember> members,
      Eligibility eligibility,
      PoolHandle pool,
      boolean isPoolKnown,
      Instant now) {
    boolean isPoolNew = pool.appeared().plus(Eligibility.GRACE).isAfter(now);
    for (int i = 0; i < members.size(); i++) {
      BackendHandle backend = members.get(i).handle();
      Standing standing = eligibility.standings().get(i);
      boolean cameWithPool = backend.appeared().equals(pool.appeared());
      backend.stands(standing, isPoolKnown && !(isPoolNew && cameWithPool), now);
      backend.retire(RETIRED.contains(standing), loops.all());
      backend.goDown(
          standing == Standing.UNHEALTHY && members.get(i).isSilent() && !eligibility.isPanic());
    }
  }

  /** The pool is no longer in the configuration. */
  void retire(CompiledPool removed) {
    refusals.remove(removed.handle().name());
    retire(removed.members().stream().map(PoolMember::handle).toList());
  }

  private void retire(List<BackendHandle> gone) {
    gone.forEach(handle -> handle.retire(true, loops.all()));
  }

  private static Set<String> hostNames(List<PoolMember> members) {
    var hosts = new HashSet<String>();
    for (PoolMember member : members) {
      if (!member.handle().host().isLiteral()) {
        hosts.add(member.handle().host().host());
      }
    }
    return hosts;
  }

  /** Those that were judged without an address: names that resolve meanwhile are judged anew. */
  private static List<BackendHandle> unresolved(
      List<PoolMember> members, List<Candidate> candidates) {
    return IntStream.range(0, members.size())
        .filter(index -> !candidates.get(index).isAddressKnown())
        .mapToObj(index -> members.get(index).handle())
        .toList();
  }
}
