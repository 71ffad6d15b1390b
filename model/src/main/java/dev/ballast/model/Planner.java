package dev.ballast.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a request does to the stored state. Pure: the same documents and state give the same plan, so a dry run and
 * the real one cannot differ.
 */
public final class Planner {
  private final Current current;
  private final TreeMap<ItemKey, Resource> upserts = new TreeMap<>();
  private final TreeSet<ItemKey> deletes = new TreeSet<>();

  private Planner(Current current) {
    this.current = current;
  }

  /** Plans an apply without a look at the clock: whether certificates have expired stays unsaid. */
  public static Plan plan(Documents documents, Current current, ApplyOptions options) {
    return plan(documents, current, options, Optional.empty());
  }

  /**
   * Plans an apply.
   *
   * @param now to warn of certificates that have expired
   * @throws InvalidInput when the state after it would be invalid, naming document, line and path
   * @throws Refused when it would remove suspiciously much
   */
  public static Plan plan(Documents documents, Current current, ApplyOptions options, Instant now) {
    return plan(documents, current, options, Optional.of(now));
  }

  private static Plan plan(
      Documents documents, Current current, ApplyOptions options, Optional<Instant> now) {
    var planner = new Planner(current);
    documents.resources().forEach(planner::upsert);
    documents.completeLists().forEach(pool -> planner.deleteBackendsNotIn(documents, pool));
    if (options.prune()) {
      planner.prune(documents);
    }
    var validation = new Validation(current, planner.after(), Optional.of(documents), now);
    validation.check();
    planner.refuseStillReferenced();
    if (!options.allowMassRemoval()) {
      MassRemoval.check(current, planner.after(), planner.deletes);
    }
    return planner.plan(validation.warnings());
  }

  /**
   * Plans the deletion of one resource that is there.
   *
   * @throws Refused when others refer to it, or it can't be deleted
   */
  public static Plan planDelete(ItemKey key, Current current) {
    var planner = new Planner(current);
    planner.delete(key);
    planner.refuseStillReferenced();
    return planner.plan(List.of());
  }

  private void upsert(Resource resource) {
    Resource before = current.find(resource.key());
    Resource meant =
        resource instanceof Certificate written && before instanceof Certificate stored
            ? written.over(stored)
            : resource;
    if (!meant.equals(before)) {
      upserts.put(meant.key(), meant);
    }
  }

  private void deleteBackendsNotIn(Documents documents, String pool) {
    current
        .backends(pool)
        .map(Backend::key)
        .filter(key -> documents.find(key).isEmpty())
        .forEach(deletes::add);
  }

  private void prune(Documents documents) {
    current
        .all()
        .filter(Planner::isPrunable)
        .map(Resource::key)
        .filter(key -> documents.find(key).isEmpty())
        .forEach(this::delete);
  }

  private static boolean isPrunable(Resource resource) {
    return switch (resource) {
      case LoadBalancer _, Pool _, Certificate _ -> true;
      case Fleet fleet -> !fleet.name().equals(Fleet.DEFAULT);
      case FleetKeys _, Backend _, LbServer _, BackendStatus _, AdminOverride _ -> false;
    };
  }

  private void delete(ItemKey key) {
    deletes.add(key);
    if (key.kind() == Kind.POOL) {
      current.backends(key.name()).map(Backend::key).forEach(deletes::add);
    }
  }

  private void refuseStillReferenced() {
    for (ItemKey gone : deletes) {
      if (gone.equals(new ItemKey(Kind.FLEET, Fleet.DEFAULT))) {
        throw new Refused(
            Refused.Reason.PROTECTED, "the fleet \"default\" always exists", List.of());
      }
      List<ItemKey> referrers =
          after().all().filter(resource -> refersTo(resource, gone)).map(Resource::key).toList();
      if (!referrers.isEmpty()) {
        String names = referrers.stream().map(ItemKey::toString).collect(Collectors.joining(", "));
        throw new Refused(
            Refused.Reason.STILL_REFERENCED,
            gone + " is still in use by " + names + ": change or delete these first",
            referrers);
      }
    }
  }

  private static boolean refersTo(Resource resource, ItemKey key) {
    return switch (resource) {
      case LoadBalancer loadBalancer ->
          switch (key.kind()) {
            case POOL -> loadBalancer.poolsReached().contains(key.name());
            case FLEET -> loadBalancer.fleet().equals(key.name());
            case CERTIFICATE -> loadBalancer.certificatesReached().contains(key.name());
            case FLEET_KEYS,
                BACKEND,
                LOAD_BALANCER,
                LB_SERVER,
                BACKEND_STATUS,
                BACKEND_OVERRIDE,
                LB_SERVER_OVERRIDE ->
                false;
          };
      case Pool pool ->
          key.kind() == Kind.CERTIFICATE && pool.certificatesReached().contains(key.name());
      case LbServer server -> key.kind() == Kind.FLEET && server.fleet().equals(key.name());
      case Backend _, Fleet _, FleetKeys _, Certificate _, BackendStatus _, AdminOverride _ ->
          false;
    };
  }

  /** The state when the plan has been carried out. */
  private Current after() {
    Stream<Resource> kept =
        current
            .all()
            .filter(
                resource ->
                    !deletes.contains(resource.key()) && !upserts.containsKey(resource.key()));
    return new Current(Stream.concat(kept, upserts.values().stream()).toList());
  }

  private Plan plan(List<Problem> warnings) {
    var edits = new ArrayList<Edit>();
    upserts.values().forEach(resource -> edits.add(edit(current.find(resource.key()), resource)));
    deletes.forEach(key -> edits.add(new Edit(key, Edit.Action.DELETED, List.of())));
    edits.sort(Comparator.comparing(Edit::key));
    return new Plan(List.copyOf(upserts.values()), List.copyOf(deletes), edits, warnings);
  }

  private static Edit edit(@Nullable Resource before, Resource after) {
    return before == null
        ? new Edit(after.key(), Edit.Action.CREATED, List.of())
        : Edit.of(before, after);
  }
}
