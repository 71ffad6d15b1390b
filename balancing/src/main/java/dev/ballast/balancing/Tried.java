package dev.ballast.balancing;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The members that one exchange has tried, by index. Owned by the exchange; empty and unshared until the first retry needs it.
 */
public final class Tried {
  /** Nothing was tried yet. */
  public static final Tried NONE = new Tried(0);

  private final int[] indexes;
  private int size;

  private Tried(int capacity) {
    this.indexes = new int[capacity];
  }

  /** Room for as many tries as an exchange may make. */
  public static Tried upTo(int tries) {
    return new Tried(tries);
  }

  /** Remembers a member. */
  public void add(int index) {
    if (size == indexes.length) {
      throw new IllegalStateException("No more than " + indexes.length + " tries");
    }
    indexes[size++] = index;
  }

  /** Whether the member at {@code index} was tried. */
  public boolean contains(int index) {
    for (int i = 0; i < size; i++) {
      if (indexes[i] == index) {
        return true;
      }
    }
    return false;
  }

  /** Those of lower indexes alone: this, if there are no others. */
  Tried below(int limit) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += indexes[i] < limit ? 1 : 0;
    }
    if (count == size) {
      return this;
    }
    var below = new Tried(count);
    for (int i = 0; i < size; i++) {
      if (indexes[i] < limit) {
        below.add(indexes[i]);
      }
    }
    return below;
  }

  /** Each one that was tried. */
  void forEach(IntConsumer consumer) {
    for (int i = 0; i < size; i++) {
      consumer.accept(indexes[i]);
    }
  }

  /** How many were tried. */
  public int size() {
    return size;
  }

  /** Whether another try still has room. */
  public boolean hasRoom() {
    return size < indexes.length;
  }

  /** Forgets all, to serve the next exchange. */
  public void clear() {
    size = 0;
  }

  @Override
  public String toString() {
    return Arrays.toString(Arrays.copyOf(indexes, size));
  }
}
