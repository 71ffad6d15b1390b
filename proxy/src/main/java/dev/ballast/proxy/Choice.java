package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Tried;
import org.jspecify.annotations.Nullable;

/**
 * Which backend serves an exchange or a stream, and its account there: picked, perhaps picked again because the connect
 * failed, settled, left. Owned by the event loop of the exchange, which reuses it.
 *
 * <p>The plan of the pool is held until a backend has been settled on, and not a moment longer.
 */
final class Choice {
  private final Loop loop;
  private final int triesLimit;
  private Tried tried = Tried.NONE;
  private int index = Balancer.NONE;
  private @Nullable PoolPlan plan;
  private @Nullable BackendHandle backend;

  Choice(Loop loop) {
    this.loop = loop;
    this.triesLimit = loop.limits().of(Limit.TRIES);
  }

  void begin(PoolPlan pool) {
    plan = pool;
    tried.clear();
  }

  /** The next backend to try, whose account is opened; null if none is left. */
  @Nullable BackendHandle pick() {
    PoolPlan pool = plan;
    index = pool == null ? Balancer.NONE : pool.pick(loop, tried);
    if (pool == null || index == Balancer.NONE) {
      return null;
    }
    BackendHandle picked = pool.backend(index);
    picked.cell(loop).began();
    backend = picked;
    return picked;
  }

  /** Leaves a backend that could not be reached; answers whether another one may be tried. */
  boolean passOn() {
    leave(true);
    if (plan == null || tried.size() + 1 >= triesLimit) {
      return false;
    }
    if (tried == Tried.NONE) {
      tried = Tried.upTo(triesLimit);
    }
    tried.add(index);
    loop.count(Counter.RETRIES);
    return true;
  }

  /** This backend it is: the configuration is no longer needed. */
  void settle() {
    plan = null;
  }

  /** Why nobody could be picked. */
  String whyNone() {
    return plan == null ? "" : plan.whyNone();
  }

  @Nullable BackendHandle backend() {
    return backend;
  }

  /** Closes the account, and forgets all. */
  void leave(boolean hasFailed) {
    if (backend != null) {
      BackendCell cell = backend.cell(loop);
      cell.ended();
      if (hasFailed) {
        cell.failed();
      }
      backend = null;
    }
  }
}
