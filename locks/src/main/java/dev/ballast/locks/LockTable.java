package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a {@link LockEngine}, as plain state with the time handed in: leases that run out, and one queue of claims for
 * each name. A claim's token is its place in the queue, drawn from a counter that only grows; it is held once its mode fits
 * beside all before it. What runs out is removed before anything is decided.
 *
 * <p>Engines that keep this state elsewhere are tested against it; simulations run it under a clock of their own.
 *
 * <p>Owned by one thread. Times are nanoseconds of one clock, which must not go back.
 */
final class LockTable {
  private final Map<LeaseId, Lease> leases = new HashMap<>();
  private final NavigableMap<String, Queue> queues = new TreeMap<>();

  /** Leases let in, or ended by force, since they were last taken. */
  private final Set<LeaseId> woken = new LinkedHashSet<>();

  private static final class Lease {
    final LeaseId id;
    final String owner;
    final Set<String> names = new TreeSet<>();
    Duration ttl;
    long expiresAt;

    Lease(LeaseId id, String owner, Duration ttl, long expiresAt) {
      this.id = id;
      this.owner = owner;
      this.ttl = ttl;
      this.expiresAt = expiresAt;
    }
  }

  private static final class Queue {
    /** The counter outlives the claims: a token is never given twice. */
    long lastToken;

    final List<Entry> entries = new ArrayList<>();
  }

  private record Entry(long token, Lease lease, Mode mode, String note) {}

  void open(LeaseId id, String owner, Duration ttl, long now) {
    expire(now);
    var lease = leases.computeIfAbsent(id, _ -> new Lease(id, owner, ttl, 0));
    lease.ttl = ttl;
    lease.expiresAt = now + ttl.toNanos();
  }

  boolean renew(LeaseId id, long now) {
    expire(now);
    var lease = leases.get(id);
    if (lease == null) {
      return false;
    }
    lease.expiresAt = now + lease.ttl.toNanos();
    return true;
  }

  void close(LeaseId id, long now) {
    expire(now);
    end(leases.get(id));
  }

  List<Answer> claim(LeaseId id, List<Claim> claims, boolean wait, long now) {
    expire(now);
    var lease = leases.get(id);
    if (lease == null) {
      throw new LeaseLost("there is no lease " + id);
    }
    return claims.stream().map(claim -> claim(lease, claim, wait, now)).toList();
  }

  private Answer claim(Lease lease, Claim claim, boolean wait, long now) {
    var queue = queues.computeIfAbsent(claim.name(), _ -> new Queue());
    int place = place(queue, lease);
    boolean isNew = place == queue.entries.size();
    Entry entry;
    if (isNew) {
      entry = new Entry(++queue.lastToken, lease, claim.mode(), claim.note());
      queue.entries.add(entry);
      lease.names.add(claim.name());
    } else {
      var old = queue.entries.get(place);
      entry = new Entry(old.token, lease, old.mode, claim.note());
      queue.entries.set(place, entry);
    }
    if (isHeld(queue, place)) {
      return new Answer.Granted(entry.token);
    }
    var last = queue.entries.get(place - 1).lease;
    if (isNew && !wait) {
      remove(claim.name(), queue, place);
    }
    return new Answer.Waiting(place, Duration.ofNanos(last.expiresAt - now));
  }

  void release(LeaseId id, Collection<String> names, long now) {
    expire(now);
    var lease = leases.get(id);
    if (lease == null) {
      return;
    }
    for (String name : names) {
      var queue = queues.get(name);
      if (queue != null && lease.names.contains(name)) {
        remove(name, queue, place(queue, lease));
      }
    }
  }

  List<Holding> list(String prefix, long now) {
    expire(now);
    var holdings = new ArrayList<Holding>();
    for (var queue : queues.tailMap(prefix, true).entrySet()) {
      if (!queue.getKey().startsWith(prefix)) {
        break;
      }
      for (int i = 0; i < queue.getValue().entries.size(); i++) {
        holdings.add(holding(queue.getKey(), queue.getValue(), i, now));
      }
    }
    return holdings;
  }

  List<Holding> breakLock(String name, long now) {
    expire(now);
    var queue = queues.get(name);
    if (queue == null) {
      return List.of();
    }
    var broken = new ArrayList<Holding>();
    var ended = new ArrayList<Lease>();
    for (int i = 0; i < queue.entries.size() && isHeld(queue, i); i++) {
      broken.add(holding(name, queue, i, now));
      ended.add(queue.entries.get(i).lease);
    }
    ended.forEach(this::end);
    ended.forEach(lease -> woken.add(lease.id));
    return broken;
  }

  /** The leases that were let in or broken since this was last asked, in order; asking forgets them. */
  Set<LeaseId> takeWoken() {
    var taken = new LinkedHashSet<>(woken);
    woken.clear();
    return taken;
  }

  /** When the next lease runs out if nothing is renewed; {@link Long#MAX_VALUE} if there is none. */
  long nextExpiry() {
    return leases.values().stream()
        .mapToLong(lease -> lease.expiresAt)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Removes what has run out at {@code now}. Every other call does it first. */
  void expire(long now) {
    if (nextExpiry() - now > 0) {
      return;
    }
    leases.values().stream()
        .filter(lease -> lease.expiresAt - now <= 0)
        .toList()
        .forEach(this::end);
  }

  private void end(@Nullable Lease lease) {
    if (lease == null) {
      return;
    }
    leases.remove(lease.id);
    for (String name : List.copyOf(lease.names)) {
      var queue = queues.get(name);
      if (queue != null) {
        remove(name, queue, place(queue, lease));
      }
    }
  }

  /** Takes a claim out and notes whom that lets in: those behind it who were not held before and are now. */
  private void remove(String name, Queue queue, int place) {
    var held = new ArrayList<Boolean>();
    for (int i = 0; i < queue.entries.size(); i++) {
      held.add(isHeld(queue, i));
    }
    queue.entries.remove(place).lease.names.remove(name);
    for (int i = place; i < queue.entries.size(); i++) {
      if (!held.get(i + 1) && isHeld(queue, i)) {
        woken.add(queue.entries.get(i).lease.id);
      }
    }
  }

  /** The lease's place in the queue, or the queue's length. */
  private static int place(Queue queue, Lease lease) {
    int place = 0;
    while (place < queue.entries.size() && queue.entries.get(place).lease != lease) {
      place++;
    }
    return place;
  }

  private static boolean isHeld(Queue queue, int place) {
    var before = queue.entries.subList(0, place).stream().map(Entry::mode).toList();
    return queue.entries.get(place).mode.fitsBeside(before);
  }

  private static Holding holding(String name, Queue queue, int place, long now) {
    var entry = queue.entries.get(place);
    return new Holding(
        name,
        entry.token,
        isHeld(queue, place),
        entry.mode,
        entry.note,
        entry.lease.id,
        entry.lease.owner,
        entry.lease.ttl,
        Duration.ofNanos(entry.lease.expiresAt - now));
  }
}
