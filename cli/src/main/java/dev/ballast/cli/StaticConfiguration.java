package dev.ballast.cli;

import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Current;
import dev.ballast.model.Documents;
import dev.ballast.model.Fleet;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Plan;
import dev.ballast.model.Planner;
import dev.ballast.model.Problem;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Scaling;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes snapshots of documents that are the whole configuration of a fleet: checked as the controller checks them, all of it
 * or nothing. Items that did not change stay the same from snapshot to snapshot. The revision counts the configurations of
 * this process; its epoch is the process's own. Owned by one thread.
 */
final class StaticConfiguration {
  private static final int EPOCH_DIGITS = 8;

  private final String fleet;
  private final InstantSource clock;
  private Snapshot current;

  /**
   * A snapshot with what was noticed about it.
   *
   * @param warnings each with its place
   */
  record Loaded(Snapshot snapshot, List<String> warnings) {}

  /** Documents that can't be served: each mistake with its place, at least one. */
  static final class Rejected extends Exception {
    private static final long serialVersionUID = 1;

    Rejected(List<String> mistakes) {
      super(String.join("\n", mistakes));
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  /** @param instance of the LB server, hexadecimal */
  StaticConfiguration(String fleet, String instance, InstantSource clock) {
    this.fleet = fleet;
    this.clock = clock;
    String digits = "0".repeat(EPOCH_DIGITS) + instance;
    this.current =
        Snapshot.of(new Revision(digits.substring(digits.length() - EPOCH_DIGITS), 0), List.of());
  }

  /**
   * The next snapshot. What was given before stays what it was if this fails.
   *
   * @throws Rejected when something is wrong with the documents
   */
  Loaded load(DocumentInput input) throws Rejected {
    try {
      Documents documents = input.parse();
      Plan plan =
          Planner.plan(
              documents,
              new Current(fleets()),
              new ApplyOptions(false, false, true),
              clock.instant());
      Snapshot next = snapshot(plan);
      refuseIfEmpty(next, documents, input);
      current = next;
      return new Loaded(next, plan.warnings().stream().map(input::locate).toList());
    } catch (InvalidInput invalid) {
      throw new Rejected(invalid.problems().stream().map(input::locate).toList());
    }
  }

  /** Those that exist without being written. */
  private List<Resource> fleets() {
    Map<String, Resource> fleets = new LinkedHashMap<>();
    fleets.put(Fleet.DEFAULT, new Fleet(Fleet.DEFAULT, Scaling.defaults()));
    fleets.putIfAbsent(fleet, new Fleet(fleet, Scaling.defaults()));
    return List.copyOf(fleets.values());
  }

  private Snapshot snapshot(Plan plan) {
    Revision revision = current.revision().withN(current.revision().n() + 1);
    var resources = new LinkedHashMap<ItemKey, Resource>();
    fleets().forEach(one -> resources.put(one.key(), one));
    plan.upserts().forEach(one -> resources.put(one.key(), one));
    var items = new ArrayList<Item>();
    resources.values().forEach(resource -> items.add(item(resource, revision.n())));
    return new View.FleetView(fleet).select(Snapshot.of(revision, items));
  }

  private Item item(Resource resource, long n) {
    return current
        .find(resource.key())
        .filter(before -> before.resource().equals(resource))
        .orElseGet(() -> new Item(resource, n));
  }

  /** Documents without a load balancer are most likely a part of what they were, or of what they are to become. */
  private void refuseIfEmpty(Snapshot next, Documents documents, DocumentInput input)
      throws Rejected {
    if (next.loadBalancers().findAny().isEmpty()) {
      String others =
          documents.resources().stream()
              .filter(LoadBalancer.class::isInstance)
              .map(one -> ((LoadBalancer) one).fleet())
              .distinct()
              .collect(Collectors.joining(", "));
      String message =
          "there is no LoadBalancer of the fleet \""
              + fleet
              + "\""
              + (others.isEmpty() ? "" : "; there are some of: " + others);
      throw new Rejected(List.of(input.locate(new Problem(0, 1, "", message))));
    }
  }
}
