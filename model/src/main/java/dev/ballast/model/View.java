package dev.ballast.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the whole configuration a watcher sees. A view is a closure: what comes into reach by a change of a
 * reference is an upsert, and what falls out of reach is a delete, though it did not change itself.
 */
public sealed interface View {
  /** What the LB servers of a fleet need: its load balancers and everything they reach, but no LB servers. */
  record FleetView(String fleet) implements View {
    private static final String PREFIX = "fleet:";

    public FleetView {
      Names.requireName(fleet);
    }

    @Override
    public String toString() {
      return PREFIX + fleet;
    }
  }

  /** What DNS answers from: load balancers, fleets, LB servers with their statuses and overrides. */
  record Dns() implements View {
    @Override
    public String toString() {
      return "dns";
    }
  }

  /**
   * What is watched and scaled: pools, backends, fleets, LB servers, with statuses and overrides; and the certificates that pools
   * name, for probes over TLS.
   */
  record Targets() implements View {
    @Override
    public String toString() {
      return "targets";
    }
  }

  /** Everything. */
  record All() implements View {
    @Override
    public String toString() {
      return "all";
    }
  }

  /**
   * Reads {@code fleet:NAME}, {@code dns}, {@code targets} or {@code all}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static View parse(String text) {
    return switch (text) {
      case "dns" -> new Dns();
      case "targets" -> new Targets();
      case "all" -> new All();
      default -> {
        if (!text.startsWith(FleetView.PREFIX)) {
          throw new IllegalArgumentException(
              "\"" + text + "\" is not a view: fleet:NAME, dns, targets or all");
        }
        yield new FleetView(text.substring(FleetView.PREFIX.length()));
      }
    };
  }

  /** The part of the whole that this view shows. */
  default Snapshot select(Snapshot whole) {
    if (this instanceof All) {
      return whole;
    }
    var reach = Reach.of(this, whole);
    return Snapshot.of(
        whole.revision(), whole.items().values().stream().filter(reach::contains).toList());
  }

  /**
   * What a change of the whole is in this view; empty when the view does not see it. Costs the size of the change, unless
   * pools or certificates come into reach or fall out of it.
   */
  default Optional<Change> narrow(Snapshot wholeBefore, Snapshot wholeAfter, Change change) {
    if (this instanceof All) {
      return Optional.of(change);
    }
    var narrowed =
        new Narrowing(
                Reach.of(this, wholeBefore, change),
                Reach.of(this, wholeAfter, change),
                wholeBefore,
                wholeAfter)
            .of(change);
    return narrowed.isEmpty() ? Optional.empty() : Optional.of(narrowed);
  }
}

/**
 * What a view reaches in one snapshot of the whole.
 *
 * @param referred the pools and certificates that it reaches because others in it name them; null where none is by that
 */
record Reach(Predicate<Resource> reached, @Nullable Set<ItemKey> referred) {
  static Reach of(View view, Snapshot whole) {
    return switch (view) {
      case View.FleetView(String fleet) -> ofFleet(fleet, whole);
      case View.Dns _ ->
          new Reach(
              resource ->
                  switch (resource.kind()) {
                    case LOAD_BALANCER, FLEET, LB_SERVER, LB_SERVER_STATUS, LB_SERVER_OVERRIDE ->
                        true;
                    case FLEET_KEYS, CERTIFICATE, POOL, BACKEND, BACKEND_STATUS, BACKEND_OVERRIDE ->
                        false;
                  },
              null);
      case View.Targets _ -> ofTargets(whole);
      case View.All _ -> new Reach(_ -> true, null);
    };
  }

  /** The same as far as the change makes a difference: a verdict, which comes often, asks no pool what it names. */
  static Reach of(View view, Snapshot whole, Change change) {
    return view instanceof View.Targets && !isAboutCertificates(change)
        ? new Reach(Reach::isTarget, null)
        : of(view, whole);
  }

  private static boolean isAboutCertificates(Change change) {
    return Stream.concat(change.upserts().stream().map(Item::key), change.deletes().stream())
        .anyMatch(key -> key.kind() == Kind.POOL || key.kind() == Kind.CERTIFICATE);
  }

  private static Reach ofFleet(String fleet, Snapshot whole) {
    var referred = new HashSet<ItemKey>();
    whole
        .loadBalancers()
        .filter(loadBalancer -> loadBalancer.fleet().equals(fleet))
        .forEach(loadBalancer -> addReferred(referred, loadBalancer, whole));
    return new Reach(
        resource ->
            switch (resource) {
              case LoadBalancer loadBalancer -> loadBalancer.fleet().equals(fleet);
              case Fleet itself -> itself.name().equals(fleet);
              case FleetKeys keys -> keys.name().equals(fleet);
              case Pool _, Certificate _ -> referred.contains(resource.key());
              case Backend backend -> referred.contains(pool(backend.pool()));
              case BackendStatus status -> referred.contains(pool(status.pool()));
              case AdminOverride override ->
                  override.target().kind() == Kind.BACKEND
                      && referred.contains(pool(override.target().pool()));
              case LbServer _, LbServerStatus _ -> false;
            },
        referred);
  }

  private static Reach ofTargets(Snapshot whole) {
    var referred = new HashSet<ItemKey>();
    whole.pools().forEach(pool -> addReferred(referred, pool));
    return new Reach(resource -> isTarget(resource) || referred.contains(resource.key()), referred);
  }

  /** What the view shows whatever refers to it. */
  private static boolean isTarget(Resource resource) {
    return switch (resource.kind()) {
      case POOL,
          BACKEND,
          BACKEND_STATUS,
          BACKEND_OVERRIDE,
          FLEET,
          LB_SERVER,
          LB_SERVER_STATUS,
          LB_SERVER_OVERRIDE ->
          true;
      case LOAD_BALANCER, FLEET_KEYS, CERTIFICATE -> false;
    };
  }

  private static void addReferred(
      Set<ItemKey> referred, LoadBalancer loadBalancer, Snapshot whole) {
    loadBalancer.certificatesReached().forEach(name -> referred.add(certificate(name)));
    for (String name : loadBalancer.poolsReached()) {
      if (referred.add(pool(name))
          && whole.find(pool(name)).map(Item::resource).orElse(null) instanceof Pool pool) {
        addReferred(referred, pool);
      }
    }
  }

  private static void addReferred(Set<ItemKey> referred, Pool pool) {
    pool.certificatesReached().forEach(name -> referred.add(certificate(name)));
  }

  private static ItemKey pool(String name) {
    return new ItemKey(Kind.POOL, name);
  }

  private static ItemKey certificate(String name) {
    return new ItemKey(Kind.CERTIFICATE, name);
  }

  boolean contains(Item item) {
    return reached.test(item.resource());
  }
}

/** Turns a change of the whole into the change of one view. */
record Narrowing(Reach before, Reach after, Snapshot wholeBefore, Snapshot wholeAfter) {
  private static final List<Kind> KINDS_OF_A_POOL =
      List.of(Kind.BACKEND, Kind.BACKEND_STATUS, Kind.BACKEND_OVERRIDE);

  Change of(Change change) {
    var upserts = new TreeMap<ItemKey, Item>();
    var deletes = new TreeSet<ItemKey>();
    for (Item item : change.upserts()) {
      if (after.contains(item)) {
        upserts.put(item.key(), item);
      } else if (wasReached(item.key())) {
        deletes.add(item.key());
      }
    }
    change.deletes().stream().filter(this::wasReached).forEach(deletes::add);
    for (ItemKey key : gained(before.referred(), after.referred())) {
      itemsOf(key, wholeAfter).forEach(item -> upserts.put(item.key(), item));
    }
    for (ItemKey key : gained(after.referred(), before.referred())) {
      itemsOf(key, wholeBefore).forEach(item -> deletes.add(item.key()));
    }
    return new Change(
        change.revision(), change.prev(), List.copyOf(upserts.values()), List.copyOf(deletes));
  }

  private boolean wasReached(ItemKey key) {
    return wholeBefore.find(key).filter(before::contains).isPresent();
  }

  private static List<ItemKey> gained(@Nullable Set<ItemKey> older, @Nullable Set<ItemKey> newer) {
    if (older == null || newer == null || older.equals(newer)) {
      return List.of();
    }
    return newer.stream().filter(key -> !older.contains(key)).sorted().toList();
  }

  /** An item, and those that belong to it if it is a pool. */
  private static List<Item> itemsOf(ItemKey key, Snapshot whole) {
    var items = new ArrayList<Item>();
    whole.find(key).ifPresent(items::add);
    if (key.kind() == Kind.POOL) {
      KINDS_OF_A_POOL.forEach(kind -> items.addAll(whole.within(kind, key.name()).values()));
    }
    return items;
  }
}
