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
    Current after = planner.after();
    var validation = new Validation(current, after, Optional.of(documents), now);
    validation.check();
    planner.refuseStillReferenced(after);
    if (!options.allowMassRemoval()) {
      MassRemoval.check(current, after, planner.deletes);
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
    planner.refuseStillReferenced(planner.after());
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
      case FleetKeys _, Backend _, LbServer _, BackendStatus _, LbServerStatus _, AdminOverride _ ->
          false;
    };
  }

  private void delete(ItemKey key) {
    deletes.add(key);
    if (key.kind() == Kind.POOL) {
      current.backends(key.name()).map(Backend::key).forEach(deletes::add);
    }
  }

  /** Costs one look at what is left, however much goes. */
  private void refuseStillReferenced(Current after) {
    if (deletes.contains(new ItemKey(Kind.FLEET, Fleet.DEFAULT))) {
      throw new Refused(Refused.Reason.PROTECTED, "the fleet \"default\" always exists", List.of());
    }
    var referrers = new TreeMap<ItemKey, List<ItemKey>>();
    after
        .all()
        .forEach(
            resource ->
                References.of(resource)
                    .filter(deletes::contains)
                    .forEach(
                        gone ->
                            referrers
                                .computeIfAbsent(gone, key -> new ArrayList<>())
                                .add(resource.key())));
    if (!referrers.isEmpty()) {
      refuseStillReferenced(referrers.firstKey(), referrers.firstEntry().getValue());
    }
  }

  private static void refuseStillReferenced(ItemKey gone, List<ItemKey> referrers) {
    String names = referrers.stream().map(ItemKey::toString).collect(Collectors.joining(", "));
    throw new Refused(
        Refused.Reason.STILL_REFERENCED,
        gone + " is still in use by " + names + ": change or delete these first",
        referrers);
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
