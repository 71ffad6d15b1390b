package dev.ballast.proxy;

import dev.ballast.model.Item;
import dev.ballast.model.Kind;
import dev.ballast.model.Pool;
import dev.ballast.model.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes of each snapshot the form that requests are served from, sharing with the one before whatever did not change: members
 * whose items are the same, pools whose members and eligibility are the same, ports if no pool and no load balancer changed.
 * So a change of one backend of 10,000 costs a walk over the items and one new list.
 *
 * <p>Owned by the control thread.
 */
final class Compiler {
  private final PoolCompiler poolCompiler;
  private final TlsCompiler tls;
  private final OpenedSecrets secrets;
  private final Bookkeeper bookkeeper;
  private Map<String, CompiledPool> pools = Map.of();
  private List<Item> loadBalancers = List.of();
  private PortCompiler.Ports ports = PortCompiler.Ports.NONE;

  Compiler(
      PoolCompiler poolCompiler, TlsCompiler tls, OpenedSecrets secrets, Bookkeeper bookkeeper) {
    this.bookkeeper = bookkeeper;
    this.poolCompiler = poolCompiler;
    this.tls = tls;
    this.secrets = secrets;
  }

  CompiledSnapshot compile(Snapshot snapshot, Instant now) {
    boolean isSameCertificates = secrets.next(snapshot);
    tls.begin(secrets::certificate, secrets.ticketKeys());
    Map<String, CompiledPool> compiled = compilePools(snapshot, now);
    List<Item> balancers = itemsOf(snapshot, Kind.LOAD_BALANCER);
    if (isSameCertificates && isSamePlans(compiled) && balancers.equals(loadBalancers)) {
      tls.keepServers();
    } else {
      ports = PortCompiler.compile(balancers, name -> planOf(compiled, name, now), tls, bookkeeper);
    }
    retireRemoved(compiled);
    pools = compiled;
    loadBalancers = balancers;
    return new CompiledSnapshot(
        snapshot.revision(), ports.plans(), ports.listeners(), plans(compiled));
  }

  /** The TLS contexts that the last snapshot does not name any more; asked once for each. */
  List<TlsContext> contextsGone() {
    return tls.finish();
  }

  /** All TLS contexts: nothing is compiled any more. */
  List<TlsContext> close() {
    return tls.close();
  }

  /** When time alone may next change a plan, or outliers are to be looked for. */
  Optional<Instant> nextChange() {
    return pools.values().stream()
        .flatMap(pool -> poolCompiler.nextLook(pool).stream())
        .min(Instant::compareTo);
  }

  /** The host names of all backends. */
  Set<String> hostsInUse() {
    var hosts = new HashSet<String>();
    pools.values().forEach(pool -> hosts.addAll(pool.hostNames()));
    return hosts;
  }

  private Map<String, CompiledPool> compilePools(Snapshot snapshot, Instant now) {
    var walk = new MemberWalk(snapshot);
    var compiled = new HashMap<String, CompiledPool>();
    for (Item item : itemsOf(snapshot, Kind.POOL)) {
      String name = ((Pool) item.resource()).name();
      compiled.put(name, poolCompiler.compile(item, walk, pools.get(name), now));
    }
    return compiled;
  }

  private PoolPlan planOf(Map<String, CompiledPool> compiled, String name, Instant now) {
    CompiledPool pool = compiled.get(name);
    return pool == null ? poolCompiler.missing(name, now) : pool.plan();
  }

  private boolean isSamePlans(Map<String, CompiledPool> compiled) {
    return compiled.size() == pools.size()
        && compiled.entrySet().stream()
            .allMatch(entry -> isSamePlan(entry.getValue(), pools.get(entry.getKey())));
  }

  private static boolean isSamePlan(CompiledPool pool, @Nullable CompiledPool before) {
    return before != null && pool.plan().equals(before.plan());
  }

  private void retireRemoved(Map<String, CompiledPool> compiled) {
    pools.forEach(
        (name, before) -> {
          if (!compiled.containsKey(name)) {
            poolCompiler.retire(before);
          }
        });
  }

  private static Map<String, PoolPlan> plans(Map<String, CompiledPool> compiled) {
    var plans = new HashMap<String, PoolPlan>();
    compiled.forEach((name, pool) -> plans.put(name, pool.plan()));
    return Map.copyOf(plans);
  }

  private static List<Item> itemsOf(Snapshot snapshot, Kind kind) {
    var items = new ArrayList<Item>();
    for (var entry : MemberWalk.from(snapshot, kind).entrySet()) {
      if (entry.getKey().kind() != kind) {
        break;
      }
      items.add(entry.getValue());
    }
    return items;
  }
}
