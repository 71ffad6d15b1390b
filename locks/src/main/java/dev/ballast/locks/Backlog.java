package dev.ballast.locks;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which messages may be handled now: one of a key at a time, in the queue's order, and after a failure the key waits. Messages
 * without a key are keys of their own. Messages that were seen too early are skipped from then on until their key is free, so
 * that a key with many messages does not hide the others; at most {@value #MAX_BLOCKED} are remembered.
 *
 * <p>Owned by one thread or lock. Times are nanoseconds of one monotonic clock.
 */
final class Backlog {
  static final int MAX_BLOCKED = 10_000;

  private final Map<String, Key> keys = new HashMap<>();
  private final Set<String> running = new HashSet<>();
  private int blocked;

  private static final class Key {
    boolean isRunning;
    long restUntil;
    final Set<String> blocked = new LinkedHashSet<>();
  }

  /** What became of a message that was seen. */
  enum Verdict {
    RUN,
    BLOCKED,
    /** Neither: there is no room to remember it. */
    IGNORED
  }

  /** What to skip: all that runs or is blocked. Keys that have rested are free again. */
  Set<String> skip(long now) {
    var skip = new HashSet<>(running);
    for (var entries = keys.values().iterator(); entries.hasNext(); ) {
      var key = entries.next();
      if (!key.isRunning && key.restUntil - now <= 0) {
        blocked -= key.blocked.size();
        entries.remove();
      } else {
        skip.addAll(key.blocked);
      }
    }
    return skip;
  }

  /** The queue has shown a message that was not to be skipped. */
  Verdict see(Message message) {
    var key = keys.get(name(message));
    if (key == null) {
      var begun = new Key();
      begun.isRunning = true;
      keys.put(name(message), begun);
      running.add(message.id());
      return Verdict.RUN;
    }
    if (blocked >= MAX_BLOCKED) {
      return Verdict.IGNORED;
    }
    if (key.blocked.add(message.id())) {
      blocked++;
    }
    return Verdict.BLOCKED;
  }

  /** A message that ran has an outcome; the next of its key may come at {@code next}. */
  void finished(Message message, long next) {
    running.remove(message.id());
    var key = keys.get(name(message));
    if (key != null) {
      key.isRunning = false;
      key.restUntil = next;
    }
  }

  /** How long until the first key has rested, in nanoseconds; at most {@code most}. */
  long untilRested(long now, long most) {
    long until = most;
    for (var key : keys.values()) {
      if (!key.isRunning) {
        until = Math.min(until, Math.max(0, key.restUntil - now));
      }
    }
    return until;
  }

  int running() {
    return running.size();
  }

  int blocked() {
    return blocked;
  }

  private static String name(Message message) {
    return message.key().isEmpty() ? "id " + message.id() : "key " + message.key();
  }
}
