package dev.ballast.controller;

import dev.ballast.configdb.Applied;
import dev.ballast.configdb.FeedCounters;
import dev.ballast.configdb.FeedListener;
import dev.ballast.configdb.FeedStatus;
import dev.ballast.configdb.Finding;
import dev.ballast.configdb.HistoryEntry;
import dev.ballast.configdb.NotFound;
import dev.ballast.configdb.PreconditionFailed;
import dev.ballast.configdb.StoreCounters;
import dev.ballast.model.AdminOverride;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Change;
import dev.ballast.model.Current;
import dev.ballast.model.DataKey;
import dev.ballast.model.Documents;
import dev.ballast.model.Edit;
import dev.ballast.model.Fleet;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Plan;
import dev.ballast.model.Planner;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Scaling;
import dev.ballast.model.Sealer;
import dev.ballast.model.Snapshot;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A configuration database in memory, store and feed in one: what is written is told to the listener at once, on the writer's
 * thread, unless the feed is paused.
 */
final class FakeDatabase implements ConfigWriter, Feed {
  static final Revision START = new Revision("9f3a1c2e", 1);
  static final Sealer SEALER = new Sealer(DataKey.random(new SecureRandom()), new SecureRandom());
  private static final Fleet DEFAULT_FLEET = new Fleet(Fleet.DEFAULT, Scaling.defaults());

  private final List<Change> untold = new ArrayList<>();
  private final List<HistoryEntry> history = new ArrayList<>();
  private Snapshot state = Snapshot.of(START, List.of(new Item(DEFAULT_FLEET, 1)));
  private Optional<FeedListener> listener = Optional.empty();
  private boolean isPaused;
  private Optional<RuntimeException> failure = Optional.empty();

  @Override
  public synchronized Following follow(FeedListener follower) {
    listener = Optional.of(follower);
    follower.status(new FeedStatus(FeedStatus.Mode.WAL, "", Instant.EPOCH));
    if (!isPaused) {
      follower.listed(state);
    }
    return new Following() {
      @Override
      public FeedCounters counters() {
        return new FeedCounters(1, 2, 3, 4, 5);
      }

      @Override
      public void close() {
        pauseFeed();
      }
    };
  }

  synchronized Snapshot state() {
    return state;
  }

  /** From now on nothing is told. */
  synchronized void pauseFeed() {
    isPaused = true;
  }

  /** Tells what was held back. */
  synchronized void resumeFeed() {
    isPaused = false;
    untold.forEach(change -> listener.orElseThrow().committed(change));
    untold.clear();
  }

  /** Tells the whole state, as after a lost connection. */
  synchronized void list() {
    untold.clear();
    listener.orElseThrow().listed(state);
  }

  /** Another history: a restored database. */
  synchronized void become(Snapshot other) {
    state = other;
    list();
  }

  /** Lets every write fail. */
  synchronized void fail(RuntimeException with) {
    failure = Optional.of(with);
  }

  /** Writes resources as one transaction, unchecked. */
  synchronized Revision commit(List<? extends Resource> upserts, List<ItemKey> deletes) {
    long n = state.revision().n() + 1;
    var items = upserts.stream().map(resource -> new Item(resource, n)).toList();
    var change = new Change(state.revision().withN(n), state.revision(), items, deletes);
    state = state.apply(change);
    if (isPaused) {
      untold.add(change);
    } else {
      listener.ifPresent(one -> one.committed(change));
    }
    return state.revision();
  }

  private Applied carryOut(Plan plan, String who) {
    if (plan.isEmpty()) {
      return new Applied(state.revision(), plan);
    }
    var deletes = new ArrayList<ItemKey>();
    for (ItemKey key : plan.deletes()) {
      deletes.add(key);
      if (key.kind() == Kind.BACKEND || key.kind() == Kind.LB_SERVER) {
        deletes.add(key.as(AdminOverride.kindFor(key.kind())));
        deletes.add(
            key.as(key.kind() == Kind.BACKEND ? Kind.BACKEND_STATUS : Kind.LB_SERVER_STATUS));
      }
    }
    deletes.removeIf(key -> state.find(key).isEmpty());
    commit(plan.upserts(), deletes);
    history.addFirst(new HistoryEntry(state.revision().n(), Instant.EPOCH, who, "{\"created\":1}"));
    return new Applied(state.revision(), plan);
  }

  private Current current() {
    return new Current(state.items().values().stream().map(Item::resource).toList());
  }

  private Item existing(ItemKey key) {
    return state.find(key).orElseThrow(() -> new NotFound("there is no " + key));
  }

  private void requireMatch(ItemKey key, Optional<Long> ifMatch) {
    if (ifMatch.isPresent() && !state.find(key).map(Item::revision).equals(ifMatch)) {
      throw new PreconditionFailed(key + " is not at revision " + ifMatch.get());
    }
  }

  private void failIfTold() {
    failure.ifPresent(
        one -> {
          throw one;
        });
  }

  @Override
  public synchronized Applied apply(Documents documents, ApplyOptions options, String who) {
    failIfTold();
    Plan plan = Planner.plan(documents.sealed(SEALER), current(), options);
    return options.dryRun() ? new Applied(state.revision(), plan) : carryOut(plan, who);
  }

  @Override
  public synchronized Applied put(
      ItemKey key, Documents documents, Optional<Long> ifMatch, String who) {
    requireMatch(key, ifMatch);
    return carryOut(Planner.plan(documents.sealed(SEALER), current(), ApplyOptions.NONE), who);
  }

  @Override
  public synchronized Applied delete(ItemKey key, Optional<Long> ifMatch, String who) {
    existing(key);
    requireMatch(key, ifMatch);
    return carryOut(Planner.planDelete(key, current()), who);
  }

  @Override
  public synchronized Applied override(AdminOverride override) {
    existing(override.target());
    return carryOut(upsert(override), override.who());
  }

  @Override
  public synchronized Applied clearOverride(ItemKey target, String who) {
    existing(target);
    ItemKey key = target.as(AdminOverride.kindFor(target.kind()));
    return carryOut(state.find(key).isPresent() ? deletion(key) : nothing(), who);
  }

  @Override
  public synchronized Applied register(LbServer server) {
    boolean isSame =
        state
            .find(server.key())
            .map(item -> ((LbServer) item.resource()).instance().equals(server.instance()))
            .orElse(false);
    return carryOut(isSame ? nothing() : upsert(server), server.name());
  }

  @Override
  public synchronized Applied unregister(String name, String instance) {
    Item item = existing(new ItemKey(Kind.LB_SERVER, name));
    if (!((LbServer) item.resource()).instance().equals(instance)) {
      throw new PreconditionFailed(item.key() + " belongs to another instance");
    }
    return carryOut(deletion(item.key()), name);
  }

  private static Plan upsert(Resource resource) {
    var edit = new Edit(resource.key(), Edit.Action.CHANGED, List.of());
    return new Plan(List.of(resource), List.of(), List.of(edit), List.of());
  }

  private static Plan deletion(ItemKey key) {
    var edit = new Edit(key, Edit.Action.DELETED, List.of());
    return new Plan(List.of(), List.of(key), List.of(edit), List.of());
  }

  private static Plan nothing() {
    return new Plan(List.of(), List.of(), List.of(), List.of());
  }

  @Override
  public synchronized List<HistoryEntry> history(int limit, long before) {
    return history.stream().filter(entry -> entry.revision() < before).limit(limit).toList();
  }

  @Override
  public List<Finding> findings() {
    return List.of(new Finding("wal_level", true, "logical", ""));
  }

  @Override
  public List<FleetKeys> keepFleetKeys() {
    return List.of();
  }

  @Override
  public StoreCounters counters() {
    return new StoreCounters(1, 2, 3, 4, 5);
  }
}
