package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.configdb.ConfigStore.Fence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the lock engine knows of the consumer group: leases with a time to live, and who owns which share under which token. A share goes to
 * another only once its owner has released it or lost its lease, and not while a transaction checks its token.
 */
final class VirtualGroup {
  static final long TTL = 3 * SECOND;

  private final VirtualTime time;
  private final Map<Long, Lease> leases = new TreeMap<>();
  private final Map<Integer, Share> shares = new TreeMap<>();
  private long lastLease;

  /** A member's lease. */
  static final class Lease {
    final long id;
    final VirtualMember member;
    long expiresAt;
    boolean isLeaving;

    Lease(long id, VirtualMember member) {
      this.id = id;
      this.member = member;
    }
  }

  /** One share, and who had it before. */
  static final class Share {
    final int partition;
    final List<Tenure> tenures = new ArrayList<>();
    @Nullable Lease owner;
    long token;
    long lockedUntil;
    long calledBackAt = Long.MAX_VALUE;

    Share(int partition) {
      this.partition = partition;
    }

    boolean isCalledBack() {
      return calledBackAt != Long.MAX_VALUE;
    }
  }

  /** Who owned a share, from when. */
  record Tenure(VirtualMember member, long from) {}

  /** A share in the hands of who asks, and whether it has to be given back. */
  record Held(int partition, long token, boolean isCalledBack) {}

  VirtualGroup(VirtualTime time, Set<Integer> partitions) {
    this.time = time;
    partitions.forEach(partition -> shares.put(partition, new Share(partition)));
  }

  Share share(int partition) {
    return java.util.Objects.requireNonNull(shares.get(partition));
  }

  /** Opens a lease; 0 if the member's name has one already. */
  long open(VirtualMember member) {
    boolean isTaken =
        leases.values().stream().anyMatch(lease -> lease.member.name().equals(member.name()));
    if (isTaken) {
      return 0;
    }
    var lease = new Lease(++lastLease, member);
    leases.put(lease.id, lease);
    extend(lease);
    plan();
    return lease.id;
  }

  /** False if there is no such lease. */
  boolean renew(long id) {
    Lease lease = leases.get(id);
    if (lease != null) {
      extend(lease);
    }
    return lease != null;
  }

  private void extend(Lease lease) {
    long expiresAt = time.now() + TTL;
    lease.expiresAt = expiresAt;
    time.at(
        expiresAt,
        () -> {
          if (lease.expiresAt == expiresAt) {
            end(lease.id);
          }
        });
  }

  /** All that is held under a lease. */
  List<Held> look(long id) {
    return shares.values().stream()
        .filter(share -> share.owner != null && share.owner.id == id)
        .map(share -> new Held(share.partition, share.token, share.isCalledBack()))
        .toList();
  }

  void leave(long id) {
    Lease lease = leases.get(id);
    if (lease != null) {
      lease.isLeaving = true;
      plan();
    }
  }

  void release(long id, int partition) {
    Share share = share(partition);
    if (share.owner != null && share.owner.id == id) {
      whenUnlocked(share, () -> free(share, id));
    }
  }

  /** A lease has run out, or is given up. */
  void end(long id) {
    Lease ended = leases.remove(id);
    if (ended != null) {
      ended.expiresAt = time.now();
      time.note("lease %d is over", id);
      for (Share share : shares.values()) {
        if (share.owner != null && share.owner.id == id) {
          whenUnlocked(share, () -> free(share, id));
        }
      }
      plan();
    }
  }

  private void whenUnlocked(Share share, Runnable task) {
    if (share.lockedUntil > time.now()) {
      time.at(share.lockedUntil, () -> whenUnlocked(share, task));
    } else {
      task.run();
    }
  }

  private void free(Share share, long id) {
    if (share.owner != null && share.owner.id == id) {
      share.owner = null;
      share.calledBackAt = Long.MAX_VALUE;
      plan();
    }
  }

  /** Whether writes under this token count; if so, the share stays where it is until then. */
  boolean holds(Fence fence, long until) {
    Share share = share(partition(fence));
    boolean holds =
        share.owner != null && share.token == fence.token() && share.owner.expiresAt > time.now();
    if (holds) {
      share.lockedUntil = Math.max(share.lockedUntil, until);
    }
    return holds;
  }

  static Fence fence(int partition, long token) {
    return new Fence("share " + partition, token);
  }

  static int partition(Fence fence) {
    return Integer.parseInt(fence.lock().substring("share ".length()));
  }

  private void plan() {
    for (Share share : shares.values()) {
      Lease wanted = wanted(share.partition);
      if (share.owner == null && wanted != null) {
        grant(share, wanted);
      } else if (share.owner != null && share.owner != wanted && !share.isCalledBack()) {
        share.calledBackAt = time.now();
        share.owner.member.poke();
      }
    }
  }

  private void grant(Share share, Lease lease) {
    share.owner = lease;
    share.token++;
    share.calledBackAt = Long.MAX_VALUE;
    share.tenures.add(new Tenure(lease.member, time.now()));
    time.note("share %d is %s's, token %d", share.partition, lease.member.name(), share.token);
    lease.member.poke();
  }

  /** The first in rank among those that are there and stay. */
  private @Nullable Lease wanted(int partition) {
    Lease first = null;
    int best = 0;
    for (Lease lease : leases.values()) {
      int score = (lease.member.name() + partition).hashCode() * 0x9E3779B1;
      if (!lease.isLeaving && (first == null || score > best)) {
        first = lease;
        best = score;
      }
    }
    return first;
  }

  /** How long word of a change takes to a member. */
  static long news(VirtualTime time) {
    return time.between(MILLI, 40 * MILLI);
  }
}
