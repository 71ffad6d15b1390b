package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Balancers;
import dev.ballast.balancing.Candidate;
import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Standing;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Backend;
import dev.ballast.model.Item;
import dev.ballast.model.Pool;
import dev.ballast.model.Timeouts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes the plan of one pool, carrying over its members, handles and sequence. Owned by the control thread. */
final class PoolCompiler {
  private final Loops loops;
  private final Names names;
  private final RandomGenerator random;
  private final long fleetSeed;

  PoolCompiler(Loops loops, Names names, RandomGenerator random, long fleetSeed) {
    this.loops = loops;
    this.names = names;
    this.random = random;
    this.fleetSeed = fleetSeed;
  }

  /** The same object as {@code before} if nothing changed. */
  CompiledPool compile(Item item, MemberWalk walk, @Nullable CompiledPool before, Instant now) {
    Pool pool = (Pool) item.resource();
    List<PoolMember> previous = before == null ? List.of() : before.members();
    List<PoolMember> members = membersOf(pool.name(), walk, previous, now);
    if (before != null
        && before.item().equals(item)
        && members.equals(previous)
        && !before.isOutdated(now)) {
      return before;
    }
    return build(item, members, before, now);
  }

  /** A pool that routes name and the snapshot has not. */
  PoolPlan missing(String name, Instant now) {
    return plan(
        new Pool(name, new Algorithm.RoundRobin(), Optional.empty(), Timeouts.defaults(), 0),
        List.of(),
        Eligibility.evaluate(List.of(), false, 0, now),
        new RoundRobinSequence(loops.count(), random));
  }

  private List<PoolMember> membersOf(
      String pool, MemberWalk walk, List<PoolMember> previous, Instant now) {
    var members = new ArrayList<PoolMember>(previous.size() + 1);
    int at = 0;
    for (var found = walk.next(pool); found != null; found = walk.next(pool)) {
      Backend backend = (Backend) found.backend().resource();
      while (at < previous.size() && previous.get(at).id().compareTo(backend.id()) < 0) {
        at++;
      }
      boolean isKnown = at < previous.size() && previous.get(at).id().equals(backend.id());
      members.add(member(found, backend, isKnown ? previous.get(at) : null, now));
    }
    return members;
  }

  private PoolMember member(
      MemberWalk.Found found, Backend backend, @Nullable PoolMember before, Instant now) {
    if (before != null && before.isOf(found.backend(), found.status(), found.override())) {
      return before;
    }
    return new PoolMember(
        found.backend(), found.status(), found.override(), handle(backend, before, now));
  }

  private BackendHandle handle(Backend backend, @Nullable PoolMember before, Instant now) {
    if (before != null && before.handle().address().equals(backend.address())) {
      return before.handle();
    }
    return newHandle(backend, now);
  }

  private BackendHandle newHandle(Backend backend, Instant now) {
    HostAddress host = names.address(backend.address());
    return new BackendHandle(
        backend.pool(), backend.id(), backend.address(), host, now, loops.count());
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
    return new CompiledPool(
        item,
        members,
        plan(pool, members, eligibility, sequence),
        sequence,
        hostNames(members),
        unresolved(members));
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

  /** Retires the handles that the pool no longer has. */
  void retireMissing(CompiledPool before, @Nullable CompiledPool after) {
    if (after != null && after.members().equals(before.members())) {
      return;
    }
    var kept = new IdentityHashMap<BackendHandle, Boolean>();
    if (after != null) {
      after.members().forEach(member -> kept.put(member.handle(), true));
    }
    before.members().stream()
        .map(PoolMember::handle)
        .filter(handle -> !kept.containsKey(handle))
        .forEach(handle -> handle.retire(true, loops.all()));
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
