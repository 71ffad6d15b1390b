package dev.ballast.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Targets by when they want attention: a binary heap in which each knows its place, so that a change of mind costs O(log n) and leaves
 * nothing behind. Owned by the observer.
 */
final class Agenda<T> {
  private final List<Watched<T>> heap = new ArrayList<>();

  boolean isEmpty() {
    return heap.isEmpty();
  }

  int size() {
    return heap.size();
  }

  /** The one that comes first. */
  Watched<T> first() {
    return heap.getFirst();
  }

  /** Sets when it wants attention, whether it stands here already or not. */
  void put(Watched<T> who, long at) {
    if (who.place < 0) {
      who.place = heap.size();
      heap.add(who);
      who.at = at;
      up(who);
      return;
    }
    long before = who.at;
    who.at = at;
    if (at - before < 0) {
      up(who);
    } else {
      down(who);
    }
  }

  void remove(Watched<T> who) {
    Watched<T> last = heap.removeLast();
    int place = who.place;
    who.place = -1;
    if (last != who) {
      heap.set(place, last);
      last.place = place;
      up(last);
      down(last);
    }
  }

  /** All, in no order. The agenda must not change meanwhile. */
  Iterable<Watched<T>> all() {
    return heap;
  }

  /** Asks for the time of each anew. */
  void renew(ToLongFunction<Watched<T>> at) {
    heap.forEach(who -> who.at = at.applyAsLong(who));
    for (int place = heap.size() / 2 - 1; place >= 0; place--) {
      down(heap.get(place));
    }
  }

  private void up(Watched<T> who) {
    int place = who.place;
    while (place > 0) {
      Watched<T> parent = heap.get((place - 1) / 2);
      if (parent.at - who.at <= 0) {
        break;
      }
      set(place, parent);
      place = (place - 1) / 2;
    }
    set(place, who);
  }

  private void down(Watched<T> who) {
    int place = who.place;
    int child = 2 * place + 1;
    while (child < heap.size()) {
      if (child + 1 < heap.size() && heap.get(child + 1).at - heap.get(child).at < 0) {
        child++;
      }
      Watched<T> least = heap.get(child);
      if (who.at - least.at <= 0) {
        break;
      }
      set(place, least);
      place = child;
      child = 2 * place + 1;
    }
    set(place, who);
  }

  private void set(int place, Watched<T> who) {
    heap.set(place, who);
    who.place = place;
  }
}
