package dev.ballast.controller;

import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LockEngine;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Whom the engine has woken, kept for those who ask over HTTP: a box for each client, which it empties by asking. A box that nobody
 * has asked for in a minute is thrown away. Wakes are hints: what a box has no room for becomes "any of them".
 *
 * <p>Safe for use by many threads, which may wait here.
 */
final class Wakes {
  static final int CLIENTS = 4_096;
  private static final int LEASES = 1_000;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Box> boxes = new HashMap<>();
  private final LockEngine engine;
  private final LongSupplier nanoTime;

  Wakes(LockEngine engine, LongSupplier nanoTime) {
    this.engine = engine;
    this.nanoTime = nanoTime;
  }

  /** @param isAny whether it may be any lease of the client */
  record Woken(boolean isAny, Set<LeaseId> leases) {}

  private static final class Box {
    final Condition changed;
    final Set<LeaseId> leases = new HashSet<>();
    boolean isAny;
    int waiting;
    long askedAt;

    Box(Condition changed) {
      this.changed = changed;
    }
  }

  /** Whom the engine has woken of a client since it last asked, or, if nobody was, within {@code wait}. */
  Woken await(String client, Duration wait) throws InterruptedException {
    Box box = begin(client, wait);
    lock.lock();
    try {
      long left = wait.toNanos();
      while (box.leases.isEmpty() && !box.isAny && left > 0) {
        left = box.changed.awaitNanos(left);
      }
      var woken = new Woken(box.isAny, Set.copyOf(box.leases));
      box.leases.clear();
      box.isAny = false;
      return woken;
    } finally {
      box.waiting--;
      box.askedAt = nanoTime.getAsLong();
      lock.unlock();
    }
  }

  /** The client's box, with one more who waits at it. The engine is told without the lock, for it calls back with its own. */
  private Box begin(String client, Duration wait) {
    List<String> forgotten;
    Box box;
    boolean isNew;
    lock.lock();
    try {
      forgotten = forget();
      var known = boxes.get(client);
      isNew = known == null;
      box = known == null ? open(client, wait) : known;
      box.waiting++;
    } finally {
      lock.unlock();
    }
    forgotten.forEach(engine::unlisten);
    if (isNew) {
      engine.listen(client, leases -> put(box, leases));
    }
    return box;
  }

  /** A new box: whoever means to wait at it has missed what was before. */
  private Box open(String client, Duration wait) {
    if (boxes.size() >= CLIENTS) {
      throw HttpProblem.unavailable(
          "too-many-listeners",
          "this controller listens for " + CLIENTS + " clients already: ask another one");
    }
    var box = new Box(lock.newCondition());
    box.isAny = wait.isPositive();
    boxes.put(client, box);
    return box;
  }

  private void put(Box box, Set<LeaseId> leases) {
    lock.lock();
    try {
      box.isAny |= leases.isEmpty() || box.leases.size() + leases.size() > LEASES;
      if (box.isAny) {
        box.leases.clear();
      } else {
        box.leases.addAll(leases);
      }
      box.changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Throws away the boxes that nobody asks for any more. */
  private List<String> forget() {
    long now = nanoTime.getAsLong();
    var forgotten =
        boxes.entrySet().stream()
            .filter(one -> one.getValue().waiting == 0)
            .filter(one -> now - one.getValue().askedAt > FORGOTTEN_AFTER.toNanos())
            .map(Map.Entry::getKey)
            .toList();
    forgotten.forEach(boxes::remove);
    return forgotten;
  }

  /** Throws away a client's box, which nobody will ask for again. */
  void forget(String client) {
    lock.lock();
    try {
      if (boxes.remove(client) == null) {
        return;
      }
    } finally {
      lock.unlock();
    }
    engine.unlisten(client);
  }

  /** Clients that have a box. */
  int clients() {
    lock.lock();
    try {
      return boxes.size();
    } finally {
      lock.unlock();
    }
  }
}
