package dev.ballast.model;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All items of one view at one revision. Immutable; a change makes a new one that shares the items which did not change.
 */
public final class Snapshot {
  private final Revision revision;
  private final NavigableMap<ItemKey, Item> items;
  private final Checksum checksum;

  private Snapshot(Revision revision, NavigableMap<ItemKey, Item> items, Checksum checksum) {
    this.revision = revision;
    this.items = items;
    this.checksum = checksum;
  }

  public static Snapshot of(Revision revision, Collection<Item> items) {
    var byKey = new TreeMap<ItemKey, Item>();
    Checksum checksum = Checksum.EMPTY;
    for (Item item : items) {
      Item other = byKey.put(item.key(), item);
      if (other != null) {
        throw new IllegalArgumentException(item.key() + " is listed twice");
      }
      checksum = checksum.plus(item);
    }
    return new Snapshot(revision, Collections.unmodifiableNavigableMap(byKey), checksum);
  }

  /** The same snapshot, of the objects of {@code before} where they are equal: a list read anew makes no second copy of them. */
  public Snapshot sharing(Snapshot before) {
    var shared = new TreeMap<ItemKey, Item>();
    for (Item item : items.values()) {
      Item known = before.items.get(item.key());
      Item kept = known != null && known.equals(item) ? known : item;
      shared.put(kept.key(), kept);
    }
    return new Snapshot(revision, Collections.unmodifiableNavigableMap(shared), checksum);
  }

  public Revision revision() {
    return revision;
  }

  public SortedMap<ItemKey, Item> items() {
    return items;
  }

  /** 32 hexadecimal digits; equal when the items and their revision numbers are equal, whatever this revision is. */
  public String checksum() {
    return checksum.toString();
  }

  /**
   * The snapshot after the change.
   *
   * @throws IllegalStateException if the change applies to another revision than this
   */
  public Snapshot apply(Change change) {
    if (!change.prev().equals(revision)) {
      throw new IllegalStateException(
          "a change from " + change.prev() + " does not apply to " + revision);
    }
    var changed = new TreeMap<>(items);
    Checksum sum = checksum;
    for (ItemKey key : change.deletes()) {
      sum = without(sum, changed.remove(key));
    }
    for (Item item : change.upserts()) {
      sum = without(sum, changed.put(item.key(), item)).plus(item);
    }
    return new Snapshot(change.revision(), Collections.unmodifiableNavigableMap(changed), sum);
  }

  private static Checksum without(Checksum checksum, @Nullable Item item) {
    return item == null ? checksum : checksum.minus(item);
  }

  /** The same items at another revision: what happened between the two did not touch them. */
  public Snapshot at(Revision other) {
    return new Snapshot(other, items, checksum);
  }

  public Optional<Item> find(ItemKey key) {
    return Optional.ofNullable(items.get(key));
  }

  public Stream<LoadBalancer> loadBalancers() {
    return of(Kind.LOAD_BALANCER, LoadBalancer.class);
  }

  public Stream<Pool> pools() {
    return of(Kind.POOL, Pool.class);
  }

  public Stream<Fleet> fleets() {
    return of(Kind.FLEET, Fleet.class);
  }

  public Stream<Certificate> certificates() {
    return of(Kind.CERTIFICATE, Certificate.class);
  }

  public Stream<FleetKeys> fleetKeys() {
    return of(Kind.FLEET_KEYS, FleetKeys.class);
  }

  public Stream<LbServer> lbServers() {
    return of(Kind.LB_SERVER, LbServer.class);
  }

  /** The backends of a pool, sorted by name. */
  public Stream<Backend> backends(String pool) {
    return within(Kind.BACKEND, pool).values().stream().map(item -> (Backend) item.resource());
  }

  public Optional<AdminOverride> overrideOf(ItemKey target) {
    return find(target.as(AdminOverride.kindFor(target.kind())))
        .map(item -> (AdminOverride) item.resource());
  }

  /** The verdict on the backend where it is now; one on its address before says nothing about it. */
  public Optional<BackendStatus> statusOf(Backend backend) {
    return statusOf(backend.pool(), backend.id()).filter(status -> status.isOn(backend));
  }

  /** The last verdict on whatever had this name. */
  public Optional<BackendStatus> statusOf(String pool, String backend) {
    return find(new ItemKey(Kind.BACKEND_STATUS, pool + "/" + backend))
        .map(item -> (BackendStatus) item.resource());
  }

  /** The status of this instance; that of another instance with the same name says nothing about it. */
  public Optional<LbServerStatus> statusOf(LbServer server) {
    return find(server.key().as(Kind.LB_SERVER_STATUS))
        .map(item -> (LbServerStatus) item.resource())
        .filter(status -> status.instance().equals(server.instance()));
  }

  /** The items of a kind that belong to a pool, sorted by name. */
  SortedMap<ItemKey, Item> within(Kind kind, String pool) {
    return items.subMap(
        new ItemKey(kind, pool + "/" + Names.FIRST),
        true,
        new ItemKey(kind, pool + "/" + Names.LAST),
        true);
  }

  private <T extends Resource> Stream<T> of(Kind kind, Class<T> type) {
    return items
        .subMap(new ItemKey(kind, Names.FIRST), true, new ItemKey(kind, Names.LAST), true)
        .values()
        .stream()
        .map(item -> type.cast(item.resource()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Snapshot snapshot
        && revision.equals(snapshot.revision)
        && items.equals(snapshot.items);
  }

  @Override
  public int hashCode() {
    return checksum.hashCode();
  }

  @Override
  public String toString() {
    return items.size() + " items at " + revision;
  }
}
