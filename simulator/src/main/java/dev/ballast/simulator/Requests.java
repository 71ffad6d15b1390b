package dev.ballast.simulator;

import java.util.Arrays;

/**
 * The requests that are somewhere in the system, each in a slot that is used again: a free list over primitive arrays, which allocates only when
 * more are under way than ever before. Not thread-safe.
 */
final class Requests {
  static final int NONE = -1;

  /** More than these are never under way at once. */
  static final int MOST = 1 << 22;

  /** In line at its backend. */
  static final byte WAITING = 1;

  /** Its backend works on it. */
  static final byte IN_SERVICE = 2;

  /** Its backend is done, and the answer on its way. */
  static final byte ANSWERED = 3;

  /** Its backend failed; the event that would have ended it is still to come. */
  static final byte LOST = 4;

  long[] beganNanos = new long[1024];
  long[] workNanos = new long[1024];
  int[] backends = new int[1024];
  int[] lbServers = new int[1024];
  boolean[] isCounted = new boolean[1024];
  byte[] states = new byte[1024];

  /** Who is behind it in line, or the next free slot. */
  int[] nexts = new int[1024];

  private int firstFree = NONE;
  private int used;

  /** A slot of which nothing is set. */
  int take() {
    if (firstFree == NONE) {
      if (used == nexts.length) {
        grow();
      }
      return used++;
    }
    int slot = firstFree;
    firstFree = nexts[slot];
    return slot;
  }

  void free(int slot) {
    states[slot] = 0;
    nexts[slot] = firstFree;
    firstFree = slot;
  }

  /** All slots ever used are below this. */
  int end() {
    return used;
  }

  private void grow() {
    if (used == MOST) {
      throw new IllegalArgumentException(
          "more than "
              + MOST
              + " requests wait at once: at this load, lines grow too long for so many requests");
    }
    int length = 2 * used;
    beganNanos = Arrays.copyOf(beganNanos, length);
    workNanos = Arrays.copyOf(workNanos, length);
    backends = Arrays.copyOf(backends, length);
    lbServers = Arrays.copyOf(lbServers, length);
    isCounted = Arrays.copyOf(isCounted, length);
    states = Arrays.copyOf(states, length);
    nexts = Arrays.copyOf(nexts, length);
  }
}
