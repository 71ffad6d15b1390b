package dev.ballast.locks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * A {@link LockTable} in a {@link VirtualWorld}, reached over a network that delays, loses and doubles. It goes down and
 * comes back with all that it had acknowledged. Its clock has its own rate, and may jump.
 *
 * <p>Of the network it is assumed that a call which was answered has no copy under way any more; one that was given up may have.
 */
final class VirtualEngine {
  final LockTable table = new LockTable();

  /** Leases that their processes have given up. */
  final List<VirtualLease> givenUp = new ArrayList<>();

  private final VirtualWorld world;
  private final double rate;
  private final Map<Long, Client> clients = new HashMap<>();
  private final Map<String, Grant> granted = new HashMap<>();
  private final Set<String> mixed;
  private long offset;
  private long last;
  private boolean isUp = true;

  /** What an engine knows of a client: where to send wakes. */
  record Client(VirtualWorld.Machine process, Consumer<LeaseId> woken) {}

  private record Grant(LeaseId lease, long token) {}

  /** One call, until it is answered or given up. */
  private static final class Call {
    boolean isOver;
    boolean isAnswered;
  }

  /** @param mixed names that are claimed in several modes */
  VirtualEngine(VirtualWorld world, double rate, Set<String> mixed) {
    this.world = world;
    this.mixed = mixed;
    this.rate = rate;
  }

  /** Claims, and sees to it that the tokens of names that are only claimed exclusively grow in the order of grants. */
  List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait, long now) {
    var answers = table.claim(lease, claims, wait, now);
    for (int i = 0; i < claims.size(); i++) {
      String name = claims.get(i).name();
      if (answers.get(i) instanceof Answer.Granted(long token) && !mixed.contains(name)) {
        var last = granted.put(name, new Grant(lease, token));
        if (last != null
            && (token < last.token || (token == last.token && !lease.equals(last.lease)))) {
          world.violation("%s was granted with %d after %s".formatted(name, token, last));
        }
      }
    }
    return answers;
  }

  /** The engine's clock: never back, for what it decides. */
  long clock() {
    last = Math.max(last, offset + (long) (world.now() * rate));
    return last;
  }

  void jump(long nanos) {
    offset += nanos;
    world.log("the engine's clock jumps by %.1f ms", nanos / 1e6);
  }

  void down(long nanos) {
    isUp = false;
    world.log("the engine is down for %.1f ms", nanos / 1e6);
    world.after(nanos, () -> isUp = true);
  }

  void listen(VirtualWorld.Machine process, Consumer<LeaseId> woken) {
    clients.put(process.client, new Client(process, woken));
  }

  /**
   * Calls the engine.
   *
   * @param operation on the table at the engine's time
   * @param answered hears the answer
   * @param gone hears that the engine knows no such lease
   * @param unavailable hears that there was no answer in time
   */
  <T> void call(
      VirtualWorld.Machine process,
      LongFunction<T> operation,
      Consumer<T> answered,
      Runnable gone,
      Runnable unavailable) {
    var call = new Call();
    long timeout = 150 * VirtualWorld.MILLI;
    process.after(
        timeout,
        () -> {
          if (!call.isOver) {
            call.isOver = true;
            unavailable.run();
          }
        });
    int copies = world.strikes(0.02) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      if (!world.strikes(0.03)) {
        world.after(delay(), () -> arrive(process, call, operation, answered, gone));
      }
    }
  }

  private long delay() {
    if (world.strikes(0.03)) {
      return world.between(5, 400);
    }
    return world.between(0.05, 3);
  }

  private <T> void arrive(
      VirtualWorld.Machine process,
      Call call,
      LongFunction<T> operation,
      Consumer<T> answered,
      Runnable gone) {
    if ((!isUp && world.isFaulty()) || call.isAnswered) {
      return;
    }
    var reply = handle(operation, answered, gone);
    deliverWakes();
    if (!world.strikes(0.03)) {
      world.after(
          delay(),
          () ->
              process.step(
                  () -> {
                    if (!call.isOver) {
                      call.isOver = true;
                      call.isAnswered = true;
                      reply.run();
                    }
                  }));
    }
  }

  private <T> Runnable handle(LongFunction<T> operation, Consumer<T> answered, Runnable gone) {
    try {
      T answer = operation.apply(clock());
      return () -> answered.accept(answer);
    } catch (LeaseLost e) {
      return gone;
    }
  }

  /** Sends what the table has to wake. */
  void deliverWakes() {
    for (var lease : table.takeWoken()) {
      wake(lease);
    }
  }

  void wake(Iterable<LeaseId> leases) {
    leases.forEach(this::wake);
  }

  private void wake(LeaseId lease) {
    var client = clients.get(Long.parseUnsignedLong(lease.client(), 16));
    if (client != null && !world.strikes(0.1)) {
      world.after(delay(), () -> client.process.step(() -> client.woken.accept(lease)));
    }
  }
}
