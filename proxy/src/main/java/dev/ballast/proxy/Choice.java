package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.FirstByteEstimate;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import dev.ballast.model.Retries;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Which backend serves an exchange or a stream, and its account there and in the pool: let in, picked, perhaps picked again
 * because a try failed, settled, left. Owned by the event loop of the exchange, which reuses it.
 *
 * <p>The plan of the pool is held until no other backend can come into question, and not a moment longer.
 */
final class Choice implements MessageWriter.Trailers {
  /** What a stream that was connected counts as. */
  private static final int STREAM_STATUS = 200;

  private static final int SERVER_ERROR = 500;
  private static final int BAD_GATEWAY = 502;
  private static final int GATEWAY_TIMEOUT = 504;

  /** So many backends that are meanwhile out of the pool are looked past for one exchange. */
  private static final int MOST_SKIPPED = 8;

  /** Odd, and without pattern (the golden ratio's fraction). */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final Loop loop;
  private final PoolPlace place;
  private final int refusalsLimit;
  private Tried tried = Tried.NONE;
  private int index = Balancer.NONE;
  private long hash;
  private long key;
  private int refusals;
  private int skipped;
  private int triesFailed;
  private int status;
  private boolean isDeclined;
  private boolean hearsLoad;
  private long pickedNanos;
  private long latencyNanos;
  private long answerNanos;
  private @Nullable PoolPlan plan;
  private @Nullable StickyPlan sticky;
  private int told = Balancer.NONE;
  private @Nullable BackendHandle backend;

  Choice(Loop loop) {
    this.loop = loop;
    this.place = new PoolPlace(loop);
    this.refusalsLimit = loop.limits().of(Limit.TRIES);
  }

  /** The request comes from a client that may have been told to stay with a backend of the pool. */
  PoolPlace.Outcome begin(
      PoolPlan pool, RequestHead head, Origin origin, PoolPlace.Owner owner, long nowNanos) {
    sticky = pool.sticky();
    told = sticky == null ? Balancer.NONE : sticky.find(head);
    hash = pool.hash(loop, head, origin);
    return enter(pool, owner, nowNanos);
  }

  /** A stream of the client wants a place. */
  PoolPlace.Outcome begin(PoolPlan pool, Peer peer, PoolPlace.Owner owner, long nowNanos) {
    hash = pool.hash(loop, peer);
    return enter(pool, owner, nowNanos);
  }

  /** Asks the pool for a place; {@code owner} hears of it if that comes later. */
  private PoolPlace.Outcome enter(PoolPlan pool, PoolPlace.Owner owner, long nowNanos) {
    plan = pool;
    tried.clear();
    refusals = 0;
    skipped = 0;
    triesFailed = 0;
    hearsLoad = pool.policy().hearsLoad();
    return place.enter(pool.handle(), owner, nowNanos);
  }

  /** The next backend to try, whose account is opened; null if none is left. */
  @Nullable BackendHandle pick(long nowNanos) {
    PoolPlan pool = plan;
    index = pool == null ? Balancer.NONE : pickStanding(pool, nowNanos);
    if (pool == null || index == Balancer.NONE) {
      return null;
    }
    BackendHandle picked = pool.backend(index);
    picked.cell(loop).began(pool.pickOf(loop.index()), index);
    backend = picked;
    pickedNanos = nowNanos;
    latencyNanos = 0;
    status = 0;
    isDeclined = false;
    answerNanos = BackendCell.NEVER;
    return picked;
  }

  /** A further try goes by the pool as it was, so as to leave out who was tried; and skips whom the latest plan has left out. */
  private int pickStanding(PoolPlan pool, long nowNanos) {
    int first = pickOf(pool, nowNanos);
    PoolPlan latest = tried.size() == 0 ? null : pool.handle().latest();
    if (latest == null || latest.equals(pool)) {
      return first;
    }
    int next = first;
    for (; skipped < MOST_SKIPPED && isGone(pool, latest, next); skipped++) {
      tried.add(next);
      next = pickOf(pool, nowNanos);
    }
    return next == Balancer.NONE ? first : next;
  }

  private static boolean isGone(PoolPlan pool, PoolPlan latest, int at) {
    return at != Balancer.NONE && latest.indexOf(pool.backend(at)) == Balancer.NONE;
  }

  private int pickOf(PoolPlan pool, long nowNanos) {
    StickyPlan how = sticky;
    return how != null && told != Balancer.NONE && tried.size() == 0
        ? how.index(told)
        : pool.pick(loop, nextKey(pool), tried, nowNanos);
  }

  /** How many bytes {@link #writeStay} writes. */
  int stayLength() {
    return sticky == null || isToldRight(sticky) ? 0 : sticky.length();
  }

  /** Tells the client to stay with the backend, unless it has just said that it does. */
  void writeStay(ByteBuf out) {
    StickyPlan how = sticky;
    if (how != null && !isToldRight(how)) {
      how.write(index, out);
    }
  }

  private boolean isToldRight(StickyPlan how) {
    return told == index && how.isCurrent(told);
  }

  /**
   * A further try does not take the turn of another exchange, else all of them would soon begin with the backend that fails;
   * and those who leave a backend are spread over the others. What belongs to a backend by its hash goes to the next one in the hash's own order.
   */
  private long nextKey(PoolPlan pool) {
    if (pool.isByHash()) {
      return hash;
    }
    key = tried.size() == 0 ? pool.nextKey(loop) : ((key ^ (key >>> 29)) * SPREAD) >>> 3;
    return key;
  }

  /**
   * Leaves a backend that could not be reached; answers whether another one may be tried, whatever the request. That is a retry
   * like any other, unless the backend refused at once: then it has cost nobody anything, and is bounded by itself.
   */
  boolean passOnUnsent(Fault fault, Retries retries) {
    boolean isAnotherLeft = isAnotherLeft();
    closeAccount(true);
    if (retries.attempts() == 0 || !isAnotherLeft || !mayLeave(fault, retries)) {
      return false;
    }
    exclude();
    return true;
  }

  private boolean mayLeave(Fault fault, Retries retries) {
    if (fault.retry() == Fault.Retry.FREE) {
      return ++refusals < refusalsLimit;
    }
    boolean mayRetry = triesFailed < retries.attempts() && place.mayRetry(retries);
    triesFailed += mayRetry ? 1 : 0;
    return mayRetry;
  }

  /** Whether an answer with this status is given up for another backend's. A client that stays with this one wants to hear it. */
  boolean mayDecline(int withStatus, Retries retries) {
    return retries.isOn(withStatus)
        && (told == Balancer.NONE || tried.size() > 0)
        && mayPassOn(retries, true);
  }

  /** Whether any further try comes into question for a request that was sent, as soon as the budget has room. */
  boolean isAnyFurther(Retries retries) {
    return retries.attempts() > 0 && isAnotherLeft();
  }

  /**
   * Whether a request that was sent, and is replayable, may go out once more.
   *
   * @param isAnotherOnly whether the same backend, if there is no other, is of no use
   */
  boolean mayPassOn(Retries retries, boolean isAnotherOnly) {
    return plan != null
        && (triesFailed < retries.attempts() || isFreeToLeave(retries))
        && (!isAnotherOnly || isAnotherLeft())
        && place.mayRetry(retries);
  }

  /** Leaving a backend that turns out to be down costs no attempt, and is bounded as refusals are. */
  private boolean isFreeToLeave(Retries retries) {
    return retries.attempts() > 0 && isBackendDown() && refusals + 1 < refusalsLimit;
  }

  /** Leaves a backend that was sent the request in vain; another one is picked next, or the same if there is no other. */
  void passOn() {
    if (isBackendDown()) {
      refusals++;
    } else {
      triesFailed++;
    }
    closeAccount(!isDeclined);
    exclude();
    if (plan != null && plan.eligibleCount() <= tried.size()) {
      tried.clear();
    }
  }

  private boolean isAnotherLeft() {
    PoolPlan pool = plan;
    if (pool == null || backend == null || pool.eligibleCount() <= tried.size() + 1) {
      return false;
    }
    PoolPlan latest = pool.handle().latest();
    int isThere = latest == null || latest.indexOf(backend) == Balancer.NONE ? 0 : 1;
    return latest == null || latest.eligibleCount() > isThere;
  }

  /** The backend tried last is not picked again. */
  private void exclude() {
    if (tried == Tried.NONE) {
      tried = Tried.upTo(refusalsLimit + Retries.MOST_ATTEMPTS + MOST_SKIPPED);
    }
    tried.add(index);
    loop.count(Counter.RETRIES);
  }

  /** Whether one more connection to the pool's backends may be opened, perhaps in place of an idle one. */
  boolean mayConnect() {
    return place.mayConnect();
  }

  /** Waits for a connection: leaves the backend that was picked, which has done nothing wrong. False if too many wait. */
  boolean awaitConnection() {
    closeAccount(false);
    return place.awaitConnection();
  }

  boolean isWaiting() {
    return place.isWaiting();
  }

  /** This backend it is: the configuration is no longer needed. */
  void settle() {
    plan = null;
  }

  /** The answer or the stream has begun: nothing of the configuration is needed any more, and no retry is under way. */
  void begun() {
    place.endRetry();
    plan = null;
    sticky = null;
  }

  /** The backend has answered with this status, so long after it was asked. */
  void answered(int withStatus, long afterNanos, long nowNanos) {
    answerNanos = nowNanos;
    took(withStatus, afterNanos, nowNanos);
  }

  /** The backend has answered so, so long after it was asked, and another one is asked in its place. */
  void declined(AnswerHead head, long afterNanos, long nowNanos) {
    answered(head.status(), afterNanos, nowNanos);
    hear(head, nowNanos);
    isDeclined = true;
  }

  /** The backend has taken a stream, so long after it was asked. That it does so is the kernel's word, and no answer of its own. */
  void connected(long afterNanos, long nowNanos) {
    begun();
    took(STREAM_STATUS, afterNanos, nowNanos);
  }

  /** Bytes of a stream have come from the backend just now. */
  void streamed(long nowNanos) {
    if (backend != null) {
      backend.cell(loop).wasGood(nowNanos);
    }
  }

  private void took(int withStatus, long afterNanos, long nowNanos) {
    status = withStatus;
    latencyNanos = Math.max(1, afterNanos);
    if (backend != null) {
      long decayNanos = backend.pool().memoryNanos();
      backend.cell(loop).took(latencyNanos, nowNanos, decayNanos);
    }
  }

  /** The head of its answer; it may say how busy it is. */
  void hear(AnswerHead head, long nowNanos) {
    if (hearsLoad) {
      hear(LoadMetrics.in(head), nowNanos);
    }
  }

  @Override
  public void trailer(byte[] bytes, int start, int length) {
    if (hearsLoad) {
      hear(LoadMetrics.inTrailer(bytes, start, length), loop.nowNanos());
    }
  }

  private void hear(int said, long nowNanos) {
    if (backend != null && said != LoadMetrics.NOTHING) {
      backend.says(said, nowNanos);
      backend.cell(loop).heard();
    }
  }

  /** How long answers of the pool take to begin; null outside of it. */
  @Nullable FirstByteEstimate firstBytes() {
    return backend == null ? null : backend.pool().cell(loop).firstBytes();
  }

  /** Within what nearly all of them begin, or {@link FirstByteEstimate#UNKNOWN}. */
  long p99Nanos() {
    return backend == null ? FirstByteEstimate.UNKNOWN : backend.pool().p99Nanos(loop);
  }

  /** Why nobody could be picked. */
  String whyNone() {
    return plan == null ? "" : plan.whyNone();
  }

  @Nullable BackendHandle backend() {
    return backend;
  }

  /** Whether the backend is meanwhile known to say nothing to anybody. */
  boolean isBackendDown() {
    return backend != null && backend.isDown();
  }

  /** Closes the accounts, and forgets all. */
  void leave(boolean hasFailed) {
    closeAccount(hasFailed);
    place.leave();
    plan = null;
    sticky = null;
  }

  private void closeAccount(boolean hasFailed) {
    BackendHandle left = backend;
    if (left == null) {
      return;
    }
    backend = null;
    BackendCell cell = left.cell(loop);
    boolean hasErred = status >= BAD_GATEWAY && status <= GATEWAY_TIMEOUT;
    tell(left, cell, hasFailed || hasErred || isDeclined);
    if (hasFailed) {
      cell.count(BackendCounter.FAILURES);
      left.failed();
    } else if (hasErred) {
      cell.count(BackendCounter.ERRORS);
      left.failed();
    } else if (status >= SERVER_ERROR) {
      cell.count(BackendCounter.ERRORS);
      left.succeeded();
    } else if (status > 0) {
      cell.count(BackendCounter.SUCCESSES);
      left.succeeded();
      if (answerNanos != BackendCell.NEVER) {
        cell.wasGood(answerNanos);
      }
    }
  }

  /** Who was left without an answer took at least as long as that. */
  private void tell(BackendHandle left, BackendCell cell, boolean hasFailed) {
    if (latencyNanos > 0 && !hasFailed) {
      cell.ended(latencyNanos, Outcome.ANSWERED);
      return;
    }
    long nowNanos = loop.nowNanos();
    long waitedNanos = latencyNanos > 0 ? latencyNanos : nowNanos - pickedNanos;
    long memoryNanos = left.pool().memoryNanos();
    if (hasFailed) {
      cell.failedAfter(waitedNanos, nowNanos, memoryNanos);
    } else {
      cell.givenUpAfter(waitedNanos, nowNanos, memoryNanos);
    }
    cell.ended(waitedNanos, hasFailed ? Outcome.FAILED : Outcome.CANCELLED);
  }
}
