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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

  /** Who has a client's turn tells the engine of its box: an old one is forgotten before a new one is opened. */
  private final List<ReentrantLock> turns = Stream.generate(ReentrantLock::new).limit(64).toList();

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
    // Whoever begins to wait has missed what was before.
    Box box = begin(client, wait.isPositive());
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

  /** Makes sure that the client has a box, so that it misses nothing from now on. May take as long as a call to the engine. */
  void open(String client) {
    leave(begin(client, false));
  }

  /** The client's box, with one more who waits at it. */
  private Box begin(String client, boolean isAny) {
    idle().forEach(one -> forget(one, true));
    Box known = join(client);
    if (known != null) {
      return known;
    }
    ReentrantLock turn = turn(client);
    turn.lock();
    try {
      Box opened = join(client);
      return opened == null ? open(client, isAny) : opened;
    } finally {
      turn.unlock();
    }
  }

  private @Nullable Box join(String client) {
    lock.lock();
    try {
      Box box = boxes.get(client);
      if (box != null) {
        box.waiting++;
      }
      return box;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Box box) {
    lock.lock();
    try {
      box.waiting--;
      box.askedAt = nanoTime.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** A new box, for who has its client's turn. The engine is told without the lock, for it calls back with its own. */
  private Box open(String client, boolean isAny) {
    var box = new Box(lock.newCondition());
    box.isAny = isAny;
    box.waiting = 1;
    lock.lock();
    try {
      if (boxes.size() >= CLIENTS) {
        throw HttpProblem.unavailable(
            "too-many-listeners",
            "this controller listens for " + CLIENTS + " clients already: ask another one");
      }
      boxes.put(client, box);
    } finally {
      lock.unlock();
    }
    boolean isListening = false;
    try {
      engine.listen(client, leases -> put(box, leases));
      isListening = true;
      return box;
    } finally {
      if (!isListening) {
        boolean _ = remove(client, false);
      }
    }
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

  /** The clients whose boxes nobody asks for any more. */
  private List<String> idle() {
    lock.lock();
    try {
      return boxes.entrySet().stream()
          .filter(one -> isIdle(one.getValue()))
          .map(Map.Entry::getKey)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle(Box box) {
    return box.waiting == 0 && nanoTime.getAsLong() - box.askedAt > FORGOTTEN_AFTER.toNanos();
  }

  /** Throws away a client's box, which nobody will ask for again. */
  void forget(String client) {
    forget(client, false);
  }

  private void forget(String client, boolean ifIdle) {
    ReentrantLock turn = turn(client);
    turn.lock();
    try {
      if (remove(client, ifIdle)) {
        engine.unlisten(client);
      }
    } finally {
      turn.unlock();
    }
  }

  private boolean remove(String client, boolean ifIdle) {
    lock.lock();
    try {
      Box box = boxes.get(client);
      boolean isDue = box != null && (!ifIdle || isIdle(box));
      if (isDue) {
        boxes.remove(client);
      }
      return isDue;
    } finally {
      lock.unlock();
    }
  }

  private ReentrantLock turn(String client) {
    return turns.get(Math.floorMod(client.hashCode(), turns.size()));
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
