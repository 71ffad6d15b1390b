package dev.ballast.locks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Where leases and claims are kept: PostgreSQL, Redis, several Redis, etcd, a controller, or this process's memory.
 *
 * <p>A <em>lease</em> is an owner with a time to live, and is renewed as one. A <em>claim</em> is a lease's place in the
 * queue of a name; see {@link Mode} for when it is held. When a lease is closed or runs out, all of its claims are gone.
 * {@link LockTable} is the meaning of it all as a pure function; an engine is that function, kept elsewhere and atomic. Time is
 * the engine's own: no caller's clock enters.
 *
 * <p>Every call is one attempt, bounded in time, safe to repeat with the same arguments, and may be made from any thread. It
 * throws {@link EngineUnavailable} where it could not find out whether it took effect.
 */
public interface LockEngine extends AutoCloseable {
  /** The shortest time to live that an engine may be asked for. */
  Duration MIN_TTL = Duration.ofMillis(100);

  /** The longest. */
  Duration MAX_TTL = Duration.ofDays(1);

  /** What kind of engine this is, what it promises, and what it lacks to keep its promise. Asked once, at the start. */
  EngineFacts facts();

  /**
   * Begins a lease, or renews it if it is there.
   *
   * @param owner what the holder calls itself, as {@link Claim#note()}; need not be unique
   * @return the time to live in force, at least {@code ttl}: an engine with a coarse clock rounds up
   */
  Duration open(LeaseId lease, String owner, Duration ttl);

  /**
   * Gives the lease its whole time to live again.
   *
   * @return false if it has run out, was closed, or was never opened: everything it held is gone
   */
  boolean renew(LeaseId lease);

  /** Ends the lease and all of its claims, and wakes whom that lets in. Does nothing if there is no such lease. */
  void close(LeaseId lease);

  /**
   * Claims names, each for itself: some may be granted and others not. Who has a claim on a name already keeps its place and
   * token whatever mode is asked for, and gets the new note.
   *
   * @param wait whether what is not granted stays in the queue
   * @return an answer for each claim, in their order
   * @throws LeaseLost if there is no such lease, and then nothing was claimed
   */
  List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait);

  /**
   * {@link #open} and {@link #claim} in one: what taking a lock costs. If this throws, the lease may be open all the same.
   *
   * @throws LeaseLost if the lease ran out between the two
   */
  default Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    var inForce = open(lease, owner, ttl);
    return new Opened(inForce, claim(lease, claims, wait));
  }

  /** What {@link #openAndClaim} answers: the time to live in force, and an answer for each claim. */
  record Opened(Duration ttl, List<Answer> answers) {
    public Opened {
      answers = List.copyOf(answers);
    }
  }

  /** Takes back a lease's claims on these names, held or waiting, and wakes whom that lets in. */
  void release(LeaseId lease, Collection<String> names);

  /** All claims on names that begin with {@code prefix}, by name and place in the queue. */
  List<Holding> list(String prefix);

  /**
   * Ends the leases that <em>hold</em> a name, with all else that they have, and wakes both them, so that they find out, and
   * whom that lets in. The fencing token protects from what they may still do.
   *
   * @return their claims on the name; empty if nobody held it
   */
  List<Holding> breakLock(String name);

  /** Wakes the clients of these leases, as though something they wait for had happened. */
  void wake(Collection<LeaseId> leases);

  /**
   * Says from now on whose leases may have been let in. Being woken is a hint: it may come for nothing, and it may get lost, so
   * who waits asks again in time all the same.
   *
   * @param client of the leases that are listened for, see {@link LeaseId#client()}
   */
  void listen(String client, Waker waker);

  /**
   * Forgets who listens for a client's leases. For programs in which listeners come and go; {@link #close} forgets them all.
   */
  void unlisten(String client);

  /** What hears that leases may have been let in. Called from the engine's thread: must not block. */
  @FunctionalInterface
  interface Waker {
    /**
     * Hears that leases may have been let in.
     *
     * @param leases of the client that listens; empty where it may be any of them
     */
    void woken(Set<LeaseId> leases);
  }

  /** Lets go of connections and threads. Leases that are open run out by themselves. */
  @Override
  void close();
}
