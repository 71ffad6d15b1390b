package dev.ballast.simulator;

import java.util.Arrays;

/**
 * What is to happen, the earliest first: a heap of four children a node over primitive arrays, which allocates only when it grows. Events of one
 * instant come in an order that depends on nothing but the calls before. Not thread-safe.
 */
final class EventHeap {
  private static final int CHILDREN = 4;

  private long[] nanos = new long[64];
  private int[] events = new int[64];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** When the first event is; only if there is one. */
  long firstNanos() {
    return nanos[0];
  }

  /** Adds an event. */
  void add(long atNanos, int event) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
      events = Arrays.copyOf(events, 2 * size);
    }
    int hole = size++;
    while (hole > 0) {
      int parent = (hole - 1) / CHILDREN;
      if (nanos[parent] <= atNanos) {
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    nanos[hole] = atNanos;
    events[hole] = event;
  }

  /** Takes out the first event; only if there is one. */
  int removeFirst() {
    int first = events[0];
    size--;
    long lastNanos = nanos[size];
    int last = events[size];
    int hole = 0;
    int child = leastChild(0);
    while (child < size && nanos[child] < lastNanos) {
      move(child, hole);
      hole = child;
      child = leastChild(hole);
    }
    nanos[hole] = lastNanos;
    events[hole] = last;
    return first;
  }

  /** At or beyond {@link #size} if it has none. */
  private int leastChild(int parent) {
    int first = CHILDREN * parent + 1;
    int end = Math.min(first + CHILDREN, size);
    int least = first;
    for (int child = first + 1; child < end; child++) {
      least = nanos[child] < nanos[least] ? child : least;
    }
    return least;
  }

  private void move(int from, int to) {
    nanos[to] = nanos[from];
    events[to] = events[from];
  }
}
