package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.configdb.ConfigStore.Fence;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A simulated member's part in the consumer group: as a real one it trusts its lease for the time to live from <em>before</em> the last renewal
 * that succeeded, drops everything at that deadline whatever else happens, joins again, and gives back what is called back once the last
 * verdicts of it are written.
 */
final class VirtualMembership {
  private static final long TTL = VirtualGroup.TTL;
  private static final long MARGIN = TTL / 100 + 2 * MILLI;
  private static final long LAST_WRITES = SECOND;

  private final VirtualTime time;
  private final VirtualMember member;
  private final VirtualDatabase database;
  private final TreeMap<Integer, Long> held = new TreeMap<>();
  private final Set<Integer> stopping = new TreeSet<>();
  private long lease;
  private long joinedAt;
  private long deadline;
  private int failures;
  private int looks;
  private int staleLooks;
  private boolean isLeaving;

  VirtualMembership(VirtualTime time, VirtualMember member, VirtualDatabase database) {
    this.time = time;
    this.member = member;
    this.database = database;
  }

  void join() {
    if (isLeaving) {
      member.process().kill();
      return;
    }
    long sentAt = time.now();
    database.call(
        member,
        () -> database.group.open(member),
        id -> {
          if (id == 0) {
            joinLater();
          } else {
            joined(id, sentAt);
          }
        },
        this::joinLater);
  }

  private void joinLater() {
    long pause = (20 * MILLI) << Math.min(failures++, 5);
    member.process().after(pause, this::join);
  }

  private void joined(long id, long sentAt) {
    lease = id;
    joinedAt = time.now();
    failures = 0;
    deadline = sentAt + TTL - MARGIN;
    time.note("%s has joined with lease %d", member.name(), id);
    watch(id);
    renewAt(id, sentAt + TTL / 3);
    look();
    if (isLeaving) {
      leave();
    }
  }

  /** Drops everything at the deadline, even while a renewal hangs. */
  private void watch(long id) {
    if (lease == id) {
      if (time.now() >= deadline) {
        lost();
      } else {
        member.process().after(deadline - time.now(), () -> watch(id));
      }
    }
  }

  private void renewAt(long id, long at) {
    member.process().after(Math.max(0, at - time.now()), () -> renew(id));
  }

  private void renew(long id) {
    if (lease != id) {
      return;
    }
    long sentAt = time.now();
    database.call(
        member,
        () -> database.group.renew(id),
        isThere -> renewed(id, isThere, sentAt),
        () -> renewAt(id, time.now() + ((TTL / 50) << Math.min(failures++, 3))));
    look();
  }

  private void renewed(long id, boolean isThere, long sentAt) {
    if (lease != id) {
      return;
    }
    if (!isThere) {
      lost();
      return;
    }
    failures = 0;
    if (time.now() < deadline) {
      deadline = sentAt + TTL - MARGIN;
    }
    renewAt(id, sentAt + TTL / 3);
  }

  private void lost() {
    long id = lease;
    time.note("%s has lost lease %d", member.name(), id);
    lease = 0;
    held.keySet().forEach(partition -> member.atDesk(desk -> desk.dropped(partition)));
    held.clear();
    stopping.clear();
    disown(id);
    failures = 0;
    joinLater();
  }

  private void disown(long id) {
    database.call(
        member,
        () -> {
          database.group.end(id);
          return true;
        },
        _ -> {},
        () -> {});
  }

  /** Word from the lock engine that something has changed. */
  void poke() {
    time.after(VirtualGroup.news(time), () -> member.process().whenAwake(this::look));
  }

  private void look() {
    long id = lease;
    int number = ++looks;
    if (id != 0) {
      database.call(
          member,
          () -> database.group.look(id),
          shares -> {
            if (number > staleLooks) {
              looked(id, shares);
            }
          },
          () -> {});
    }
  }

  private void looked(long id, List<VirtualGroup.Held> shares) {
    if (lease != id || time.now() >= deadline) {
      return;
    }
    for (VirtualGroup.Held share : shares) {
      int partition = share.partition();
      if (!held.containsKey(partition)) {
        held.put(partition, share.token());
        Fence fence = VirtualGroup.fence(partition, share.token());
        member.atDesk(desk -> desk.assigned(partition, fence));
      }
      if (share.isCalledBack() && stopping.add(partition)) {
        stop(id, partition);
      }
    }
    if (isLeaving && shares.isEmpty()) {
      disown(id);
      lease = 0;
      member.process().after(100 * MILLI, member.process()::kill);
    }
  }

  private void stop(long id, int partition) {
    member.atDesk(
        desk -> {
          desk.dropped(partition);
          member.awaitIdle(LAST_WRITES, () -> release(id, partition));
        });
  }

  private void release(long id, int partition) {
    if (lease == id) {
      database.call(
          member,
          () -> {
            database.group.release(id, partition);
            return true;
          },
          _ -> {
            if (lease == id) {
              held.remove(partition);
              stopping.remove(partition);
              staleLooks = looks;
              look();
            }
          },
          () -> release(id, partition));
    }
  }

  /** Whether it has been in the group since then, and stays. */
  boolean isInSince(long at) {
    return lease != 0 && joinedAt <= at && !isLeaving && !member.process().isDead();
  }

  boolean isLeaving() {
    return isLeaving;
  }

  /** Gives everything to the others, and ends. */
  void leave() {
    isLeaving = true;
    long id = lease;
    if (id == 0) {
      return;
    }
    database.call(
        member,
        () -> {
          database.group.leave(id);
          return true;
        },
        _ -> look(),
        this::leave);
  }
}
