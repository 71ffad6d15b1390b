package dev.ballast.verify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether calls that overlapped could have happened one after the other: each at some moment between its being invoked and its
 * return, with the answers that were given. Exact, by search over the orders that time allows.
 *
 * <p>A call that never returned may have happened at any time after it was invoked, or not at all.
 *
 * <p>The search is that of Wing and Gong, "Testing and verifying concurrent objects" (1993): take as the next any call that no
 * other pending one precedes, and go back where the model refuses. It remembers which (calls taken, state) it has seen, after
 * Lowe, "Testing for linearizability" (2017), so that an order is not tried again under another name. The cost is
 * exponential only in the number of calls that overlap, which is the number of clients.
 */
final class Linearizability {
  /** When a call returned that never did. */
  static final long NEVER = Long.MAX_VALUE;

  private Linearizability() {}

  /** What the calls are supposed to do when they come one after the other. States need equals and hashCode. */
  interface Model<S, C> {
    S initial();

    /** The state after the call; empty if, in this state, it would have been answered otherwise. */
    Optional<S> after(S state, C call);
  }

  /**
   * A call as its client saw it.
   *
   * @param what was asked and answered
   * @param invoked before it was sent, in nanoseconds of any clock that all clients share
   * @param returned after its answer came, or {@link #NEVER}
   */
  record Call<C>(C what, long invoked, long returned) {
    Call {
      if (returned < invoked) {
        throw new IllegalArgumentException(
            what + " returned at " + returned + ", before it was invoked at " + invoked);
      }
    }
  }

  private record Point<S>(BitSet taken, S state) {}

  static <S, C> boolean isLinearizable(Model<S, C> model, Collection<Call<C>> history) {
    List<Call<C>> calls = new ArrayList<>(history);
    calls.sort(Comparator.comparingLong(Call::invoked));
    var required = new BitSet();
    for (int i = 0; i < calls.size(); i++) {
      required.set(i, calls.get(i).returned() != NEVER);
    }
    Set<Point<S>> seen = new HashSet<>();
    var open = new ArrayDeque<Point<S>>();
    var start = new Point<>(new BitSet(), model.initial());
    seen.add(start);
    open.push(start);
    while (!open.isEmpty()) {
      var point = open.pop();
      if (containsAll(point.taken(), required)) {
        return true;
      }
      for (int next : candidates(calls, point.taken())) {
        var state = model.after(point.state(), calls.get(next).what());
        if (state.isPresent()) {
          var taken = (BitSet) point.taken().clone();
          taken.set(next);
          var reached = new Point<>(taken, state.get());
          if (seen.add(reached)) {
            open.push(reached);
          }
        }
      }
    }
    return false;
  }

  private static boolean containsAll(BitSet taken, BitSet required) {
    var missing = (BitSet) required.clone();
    missing.andNot(taken);
    return missing.isEmpty();
  }

  /**
   * The calls that may come next: those that none of the others left had returned before. Only a call invoked earlier can have,
   * so one pass in the order of invocation finds them. The earliest is last, and so the first that is tried.
   */
  private static <C> List<Integer> candidates(List<Call<C>> calls, BitSet taken) {
    var candidates = new ArrayList<Integer>();
    long firstReturn = NEVER;
    for (int i = taken.nextClearBit(0); i < calls.size(); i = taken.nextClearBit(i + 1)) {
      if (calls.get(i).invoked() > firstReturn) {
        break;
      }
      candidates.add(i);
      firstReturn = Math.min(firstReturn, calls.get(i).returned());
    }
    return candidates.reversed();
  }
}
