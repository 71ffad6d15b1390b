package dev.ballast.proxy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop.
 *
 * <p>Idea: a hashed timing wheel (Varghese and Lauck, Hashed and Hierarchical Timing Wheels, 1987, scheme 6) with lazy moves.
 * Most deadlines move away from now again and again and never pass: such a move is a plain write. When the wheel comes to the
 * handler's old place, it looks at the deadline and puts the handler where that now belongs.
 *
 * <p>Invariant: a handler with a deadline stands in a slot whose tick is not after the deadline's, so it is looked at in time.
 * Precision: one tick, never early. Owner: one event loop.
 */
final class DeadlineWheel {
  static final long TICK_NANOS = 50_000_000;
  private static final int SLOTS = 1_024;
  private static final int MASK = SLOTS - 1;
  private static final long NEVER_NANOS = Long.MAX_VALUE / 2;

  private final @Nullable TimedHandler[] slots = new TimedHandler[SLOTS];
  private final List<TimedHandler> due = new ArrayList<>();
  private final Mishaps mishaps;
  private final long startNanos;
  private long doneTick;

  DeadlineWheel(long nowNanos, Mishaps mishaps) {
    this.mishaps = mishaps;
    this.startNanos = nowNanos;
  }

  /** Sets or moves the deadline of a handler. */
  void schedule(TimedHandler handler, long deadlineNanos) {
    handler.deadlineNanos = deadlineNanos;
    long tick = tickAfter(deadlineNanos);
    if (handler.isOnWheel) {
      if (handler.wheelTick <= tick) {
        return;
      }
      unlink(handler);
    }
    link(handler, tick);
  }

  void cancel(TimedHandler handler) {
    handler.deadlineNanos = startNanos + NEVER_NANOS;
    if (handler.isOnWheel) {
      unlink(handler);
    }
  }

  /** Calls every handler whose deadline has passed. */
  void advance(long nowNanos) {
    long nowTick = (nowNanos - startNanos) / TICK_NANOS;
    while (doneTick < nowTick) {
      doneTick++;
      visit((int) doneTick & MASK, nowNanos);
    }
  }

  private void visit(int slot, long nowNanos) {
    TimedHandler handler = slots[slot];
    slots[slot] = null;
    while (handler != null) {
      TimedHandler next = handler.wheelNext;
      handler.isOnWheel = false;
      if (isDue(handler, nowNanos)) {
        due.add(handler);
      } else {
        link(handler, tickAfter(handler.deadlineNanos));
      }
      handler = next;
    }
    expireDue(nowNanos);
  }

  /** A handler that is called may set or cancel any deadline, also that of one whose turn is still to come. */
  private void expireDue(long nowNanos) {
    for (TimedHandler handler : due) {
      if (!handler.isOnWheel && isDue(handler, nowNanos)) {
        cancel(handler);
        expire(handler, nowNanos);
      }
    }
    due.clear();
  }

  /** What one handler throws must not keep the others, or the next tick, from theirs. */
  private void expire(TimedHandler handler, long nowNanos) {
    try {
      handler.expired(nowNanos);
    } catch (Throwable e) {
      mishaps.happened(handler, e);
    }
  }

  private static boolean isDue(TimedHandler handler, long nowNanos) {
    return handler.deadlineNanos - nowNanos <= 0;
  }

  private long tickAfter(long deadlineNanos) {
    long tick = (deadlineNanos - startNanos) / TICK_NANOS + 1;
    return Math.clamp(tick, doneTick + 1, doneTick + SLOTS - 1);
  }

  private void link(TimedHandler handler, long tick) {
    int slot = (int) tick & MASK;
    TimedHandler first = slots[slot];
    handler.wheelTick = tick;
    handler.wheelPrevious = null;
    handler.wheelNext = first;
    handler.isOnWheel = true;
    if (first != null) {
      first.wheelPrevious = handler;
    }
    slots[slot] = handler;
  }

  private void unlink(TimedHandler handler) {
    TimedHandler previous = handler.wheelPrevious;
    TimedHandler next = handler.wheelNext;
    if (previous == null) {
      slots[(int) handler.wheelTick & MASK] = next;
    } else {
      previous.wheelNext = next;
    }
    if (next != null) {
      next.wheelPrevious = previous;
    }
    handler.wheelPrevious = null;
    handler.wheelNext = null;
    handler.isOnWheel = false;
  }
}
