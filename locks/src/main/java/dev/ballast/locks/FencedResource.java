package dev.ballast.locks;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The guard at a resource that a lock protects: refuses whoever comes with a token older than the newest seen. A lock alone can't
 * stop a holder that was paused past its lease; this can. Keep one for each resource, where the resource is, and let what
 * it guards and its newest token be stored together if the resource outlives the process.
 *
 * <p>Of use with exclusive locks: those who share a lock have different tokens, and would shut each other out.
 *
 * <p>Safe for use by many threads. After Kleppmann, "How to do distributed locking" (2016), on fencing tokens.
 */
public final class FencedResource {
  private final AtomicLong newest;

  public FencedResource() {
    this(0);
  }

  /**
   * A guard that remembers.
   *
   * @param newest the newest token seen before
   */
  public FencedResource(long newest) {
    this.newest = new AtomicLong(newest);
  }

  /**
   * Lets in who has the newest token so far, or the same as the newest.
   *
   * @throws StaleToken if a newer one was seen
   */
  public void check(long token) {
    long seen = newest.accumulateAndGet(token, Math::max);
    if (token < seen) {
      throw new StaleToken(token, seen);
    }
  }

  /** The newest token seen. */
  public long newest() {
    return newest.get();
  }
}
