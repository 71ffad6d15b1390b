package dev.ballast.verify;

import dev.ballast.locks.FencedResource;
import dev.ballast.locks.StaleToken;
import dev.ballast.verify.Linearizability.Call;
import dev.ballast.verify.RegisterModel.Read;
import dev.ballast.verify.RegisterModel.ReadOfSomething;
import dev.ballast.verify.RegisterModel.Refused;
import dev.ballast.verify.RegisterModel.Use;
import dev.ballast.verify.RegisterModel.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A number that a lock is to protect, and what its clients saw of it. Fenced, it asks a {@link FencedResource} at every use; a read
 * must show its token too, else an older holder could still write between the newer one's reading and writing. Thread-safe.
 */
final class FencedRegister {
  private final Map<String, Recorded> history = new LinkedHashMap<>();
  private final List<Long> accepted = new ArrayList<>();
  private final FencedResource guard = new FencedResource();
  private final boolean isFenced;
  private long value;
  private long refusedWrites;

  private record Recorded(Use use, Use unanswered, long invoked, long returned) {}

  FencedRegister(boolean isFenced) {
    this.isFenced = isFenced;
  }

  boolean isFenced() {
    return isFenced;
  }

  /**
   * Reads.
   *
   * @param id of the call, unique
   * @return the value; empty if the token is refused
   */
  synchronized Optional<Long> read(String id, long token, long invoked) {
    boolean isIn = isLetIn(token);
    Use use = isIn ? new Read(token, value) : new Refused(token);
    history.put(id, new Recorded(use, new ReadOfSomething(token), invoked, Linearizability.NEVER));
    return isIn ? Optional.of(value) : Optional.empty();
  }

  /** Writes one more than {@code from}, which the client has read; false if the token is refused. */
  synchronized boolean write(String id, long token, long from, long invoked) {
    boolean isIn = isLetIn(token);
    Use written = new Write(token, from, from + 1);
    Use use = isIn ? written : new Refused(token);
    history.put(id, new Recorded(use, written, invoked, Linearizability.NEVER));
    if (isIn) {
      value = from + 1;
    } else {
      refusedWrites++;
    }
    return isIn;
  }

  /** The client has the answer. */
  synchronized void returned(String id, long at) {
    history.computeIfPresent(
        id, (_, call) -> new Recorded(call.use, call.unanswered, call.invoked, at));
  }

  private boolean isLetIn(long token) {
    if (isFenced) {
      try {
        guard.check(token);
      } catch (StaleToken _) {
        return false;
      }
    }
    accepted.add(token);
    return true;
  }

  /** The calls as the clients know them: of those without an answer it is open what came of them. */
  synchronized List<Call<Use>> history() {
    return history.values().stream()
        .map(
            call ->
                new Call<>(
                    call.returned == Linearizability.NEVER ? call.unanswered : call.use,
                    call.invoked,
                    call.returned))
        .toList();
  }

  /** The tokens of all uses that were let in, in the order in which they came. */
  synchronized List<Long> accepted() {
    return List.copyOf(accepted);
  }

  /** How many writes the fence has refused. */
  synchronized long refusedWrites() {
    return refusedWrites;
  }
}
