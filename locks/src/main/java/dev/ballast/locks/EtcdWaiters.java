package dev.ballast.locks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who of this process waits for what, with the claims that stood before each when it last looked. A queue grows only at its
 * end, so a claim is let in exactly when enough of those before it have gone: known from the deletions alone, without asking.
 *
 * <p>Safe for use by many threads.
 */
final class EtcdWaiters {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Map<LeaseId, Waiter>> byName = new HashMap<>();

  private static final class Waiter {
    /** Those that went while the look was under way; null afterwards. */
    @Nullable Set<LeaseId> gone = new HashSet<>();

    final Map<LeaseId, Mode> before = new LinkedHashMap<>();
    Mode mode = Mode.exclusive();

    boolean isLetIn() {
      return gone == null && mode.fitsBeside(List.copyOf(before.values()));
    }
  }

  /** A look is about to begin: from now on no deletion is missed. */
  void looking(String name, LeaseId lease) {
    lock.lock();
    try {
      byName.computeIfAbsent(name, _ -> new HashMap<>()).put(lease, new Waiter());
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a look saw.
   *
   * @return whether the claim was let in since
   */
  boolean waits(String name, LeaseId lease, Mode mode, List<EtcdClaim> before) {
    lock.lock();
    try {
      var waiter = byName.getOrDefault(name, Map.of()).get(lease);
      if (waiter == null) {
        return false;
      }
      waiter.mode = mode;
      before.forEach(claim -> waiter.before.put(claim.lease(), claim.mode()));
      var gone = waiter.gone;
      waiter.gone = null;
      if (gone == null) {
        return false;
      }
      waiter.before.keySet().removeAll(gone);
      return !gone.isEmpty() && waiter.isLetIn();
    } finally {
      lock.unlock();
    }
  }

  /** A lease waits for a name no more. */
  void forget(String name, LeaseId lease) {
    lock.lock();
    try {
      var waiters = byName.get(name);
      if (waiters != null) {
        waiters.remove(lease);
        if (waiters.isEmpty()) {
          byName.remove(name);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** A lease waits for nothing more. */
  void forget(LeaseId lease) {
    lock.lock();
    try {
      byName.values().forEach(waiters -> waiters.remove(lease));
      byName.values().removeIf(Map::isEmpty);
    } finally {
      lock.unlock();
    }
  }

  /** A claim is gone: whom that lets in. */
  List<LeaseId> deleted(String name, LeaseId lease) {
    lock.lock();
    try {
      var letIn = new ArrayList<LeaseId>();
      byName
          .getOrDefault(name, Map.of())
          .forEach(
              (id, waiter) -> {
                if (waiter.gone != null) {
                  waiter.gone.add(lease);
                } else if (waiter.before.remove(lease) != null && waiter.isLetIn()) {
                  letIn.add(id);
                }
              });
      return letIn;
    } finally {
      lock.unlock();
    }
  }
}
