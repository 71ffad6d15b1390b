package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Balancers;
import dev.ballast.balancing.Candidate;
import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Standing;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Item;
import dev.ballast.model.Pool;
import dev.ballast.model.ProxyProtocol;
import dev.ballast.model.Timeouts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the plan of one pool, carrying over its members, handles and sequence. Owned by the control thread. */
final class PoolCompiler {
  private static final Logger LOG = LoggerFactory.getLogger(PoolCompiler.class);

  private final Loops loops;
  private final Names names;
  private final RandomGenerator random;
  private final long fleetSeed;
  private final TlsCompiler tls;

  PoolCompiler(Loops loops, Names names, TlsCompiler tls, RandomGenerator random, long fleetSeed) {
    this.tls = tls;
    this.loops = loops;
    this.names = names;
    this.random = random;
    this.fleetSeed = fleetSeed;
  }

  /** The same object as {@code before} if nothing changed. */
  CompiledPool compile(Item item, MemberWalk walk, @Nullable CompiledPool before, Instant now) {
    Pool pool = (Pool) item.resource();
    List<PoolMember> previous = before == null ? List.of() : before.members();
    var merged = MemberMerge.merge(previous, pool.name(), walk, names, now, loops.count());
    retire(merged.gone());
    List<PoolMember> members = merged.members();
    speak(pool, members);
    if (before != null
        && before.item().equals(item)
        && members.equals(previous)
        && !before.isOutdated(now)) {
      return before;
    }
    return build(item, members, before, now);
  }

  /** Over TLS or in clear, with a PROXY header or without, all members of a pool alike. */
  private void speak(Pool pool, List<PoolMember> members) {
    UpstreamTls how =
        pool.transport().tls().map(spoken -> tls.upstream(pool.name(), spoken)).orElse(null);
    members.forEach(member -> member.handle().speak(how, loops.all()));
    ProxyProtocol header = pool.transport().proxyProtocol().orElse(null);
    members.forEach(member -> member.handle().introduce(header, loops.all()));
  }

  /** A pool that routes name and the snapshot has not. */
  PoolPlan missing(String name, Instant now) {
    return plan(
        new Pool(name, new Algorithm.RoundRobin(), Optional.empty(), Timeouts.defaults(), 0),
        List.of(),
        Eligibility.evaluate(List.of(), false, 0, now),
        new RoundRobinSequence(loops.count(), random));
  }

  private CompiledPool build(
      Item item, List<PoolMember> members, @Nullable CompiledPool before, Instant now) {
    Pool pool = (Pool) item.resource();
    List<Candidate> candidates = members.stream().map(PoolMember::candidate).toList();
    Eligibility eligibility =
        Eligibility.evaluate(
            candidates, pool.healthCheck().isPresent(), pool.panicThresholdPercent(), now);
    var sequence =
        before == null ? new RoundRobinSequence(loops.count(), random) : before.sequence();
    retireIdle(members, eligibility);
    logPanic(
        pool.name(),
        before != null && before.plan().eligibility().isPanic(),
        eligibility.isPanic());
    return new CompiledPool(
        item,
        members,
        plan(pool, members, eligibility, sequence),
        sequence,
        hostNames(members),
        unresolved(members));
  }

  private static void logPanic(String pool, boolean was, boolean is) {
    if (is && !was) {
      LOG.warn(
          "Pool {} is in panic: too few of its backends are eligible, so all that could serve are used",
          pool);
    } else if (was && !is) {
      LOG.info("Pool {} is no longer in panic", pool);
    }
  }

  private PoolPlan plan(
      Pool pool, List<PoolMember> members, Eligibility eligibility, RoundRobinSequence sequence) {
    var eligible = new ArrayList<BackendHandle>(members.size());
    var weighted = new ArrayList<Member>(members.size());
    for (int i = 0; i < members.size(); i++) {
      if (eligibility.isEligible(i)) {
        eligible.add(members.get(i).handle());
        weighted.add(members.get(i).balancingMember());
      }
    }
    Balancer balancer = Balancers.build(pool.algorithm(), weighted, fleetSeed);
    var policy = ExchangePolicy.of(pool.timeouts());
    var handles = eligible.toArray(BackendHandle[]::new);
    return new PoolPlan(pool.name(), policy, members, eligibility, handles, balancer, sequence);
  }

  /** A backend that takes no new work keeps no idle connections. */
  private void retireIdle(List<PoolMember> members, Eligibility eligibility) {
    for (int i = 0; i < members.size(); i++) {
      Standing standing = eligibility.standings().get(i);
      boolean isRetired = standing == Standing.DRAINING || standing == Standing.DISABLED;
      members.get(i).handle().retire(isRetired, loops.all());
    }
  }

  /** The pool is no longer in the configuration. */
  void retire(CompiledPool removed) {
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

  private static List<BackendHandle> unresolved(List<PoolMember> members) {
    return members.stream()
        .map(PoolMember::handle)
        .filter(handle -> !handle.isAddressKnown())
        .toList();
  }
}
