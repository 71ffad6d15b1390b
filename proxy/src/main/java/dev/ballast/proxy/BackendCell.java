package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.PeakEwma;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop owns of one backend: its numbers, and the idle connections to it. The latest is used first, so that the
 * others can expire. Those that began in a client's name are that client's to use ({@link OwnUpstreams}), and are known here so that they
 * can be closed. All but reading the numbers happens on the loop.
 */
final class BackendCell implements IdleUpstreams {
  /** Stands for a time that has not come yet. */
  static final long NEVER = Long.MIN_VALUE;

  private static final VarHandle LAST_GOOD_NANOS;

  static {
    try {
      LAST_GOOD_NANOS =
          MethodHandles.lookup().findVarHandle(BackendCell.class, "lastGoodNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Loop loop;
  private final PoolCell pool;
  private final int limit;
  private final int limitOfAll;
  private final Tally<BackendCounter> counts = new Tally<>(BackendCounter.class);
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>(2);
  private final IntroducedUpstreams introduced = new IntroducedUpstreams();

  private final PeakEwma responses = new PeakEwma();

  /** The number of the plan whose {@link LoopPick} is told, if that is still the latest of this loop; 0: of none. */
  private long toldPlan;

  private int toldIndex;

  private long lastGoodNanos = NEVER;

  /** In the pool's list of those that have idle connections. */
  @Nullable BackendCell previousIdle;

  @Nullable BackendCell nextIdle;

  BackendCell(Loop loop, PoolCell pool) {
    this.loop = loop;
    this.pool = pool;
    this.limit = loop.limits().of(Limit.IDLE_UPSTREAMS_PER_BACKEND);
    this.limitOfAll = loop.limits().of(Limit.IDLE_UPSTREAMS);
  }

  long read(BackendCounter what) {
    return counts.read(what);
  }

  /**
   * An exchange has begun.
   *
   * @param by what the loop picks with in the plan that the exchange goes by; null if it has not picked there yet
   * @param index the backend's place there
   */
  void began(@Nullable LoopPick by, int index) {
    if (by != null) {
      tell(by, index);
    }
    counts.increment(BackendCounter.IN_FLIGHT);
    counts.increment(BackendCounter.REQUESTS);
    LoopPick told = told();
    if (told != null) {
      told.began(toldIndex);
    }
  }

  /** From now on this is told, if it belongs to the latest plan: an exchange that waited may still go by an earlier one. */
  void tell(LoopPick toTell, int index) {
    if (toldPlan != toTell.number() && toTell.equals(pool.picking())) {
      toldPlan = toTell.number();
      toldIndex = index;
      toTell.has(index, (int) counts.read(BackendCounter.IN_FLIGHT), responses);
    }
  }

  private @Nullable LoopPick told() {
    LoopPick latest = pool.picking();
    return latest != null && latest.number() == toldPlan ? latest : null;
  }

  /** @param latencyNanos see {@link Balancer#finished} */
  void ended(long latencyNanos, Outcome outcome) {
    counts.decrement(BackendCounter.IN_FLIGHT);
    LoopPick told = told();
    if (told != null) {
      told.finished(toldIndex, latencyNanos, outcome);
    }
  }

  /** How long it lately took to answer this loop; for all loops to read. */
  PeakEwma responses() {
    return responses;
  }

  /** It took so long to answer; the others see {@link PeakEwma}. */
  void took(long latencyNanos, long nowNanos, long memoryNanos) {
    responses.record(latencyNanos, nowNanos, memoryNanos);
    tellTime();
  }

  void failedAfter(long waitedNanos, long nowNanos, long memoryNanos) {
    responses.recordFailure(waitedNanos, nowNanos, memoryNanos);
    tellTime();
  }

  /** It was given up after so long. That says something only if it was heard of before. */
  void givenUpAfter(long waitedNanos, long nowNanos, long memoryNanos) {
    if (responses.nanos(nowNanos, memoryNanos) > 0) {
      responses.recordAtLeast(waitedNanos, nowNanos, memoryNanos);
      tellTime();
    }
  }

  private void tellTime() {
    LoopPick told = told();
    if (told != null) {
      told.took(toldIndex, responses);
    }
  }

  /** It has said how busy it is, and its handle knows. */
  void heard() {
    LoopPick told = told();
    if (told != null) {
      told.heard(toldIndex);
    }
  }

  /** When it last gave a good answer to this loop, or {@link #NEVER}; for all threads. Opaque: whoever reads compares it with the time, nothing hangs on it. */
  long lastGoodNanos() {
    return (long) LAST_GOOD_NANOS.getOpaque(this);
  }

  /** It was good at this time: an answer has begun that has come to a good end since, or bytes of a stream have come. */
  void wasGood(long atNanos) {
    if (lastGoodNanos == NEVER || atNanos - lastGoodNanos > 0) {
      LAST_GOOD_NANOS.setOpaque(this, atNanos);
    }
  }

  /** It answers with this status. */
  void answered(int status) {
    switch (status / 100) {
      case 1, 2 -> counts.increment(BackendCounter.ANSWERS_2XX);
      case 3 -> counts.increment(BackendCounter.ANSWERS_3XX);
      case 4 -> counts.increment(BackendCounter.ANSWERS_4XX);
      default -> counts.increment(BackendCounter.ANSWERS_5XX);
    }
  }

  void count(BackendCounter what) {
    counts.increment(what);
  }

  /** One that is still open. */
  @Nullable UpstreamConnection takeIdle() {
    UpstreamConnection connection = idle.pollLast();
    while (connection != null) {
      countIdle(-1);
      if (connection.isOpen()) {
        return connection;
      }
      connection = idle.pollLast();
    }
    return null;
  }

  @Override
  public boolean keep(UpstreamConnection connection) {
    if (idle.size() >= limit || loop.counts().read(Counter.UPSTREAMS_IDLE) >= limitOfAll) {
      loop.count(Counter.UPSTREAMS_NOT_KEPT);
      return false;
    }
    idle.addLast(connection);
    countIdle(1);
    return true;
  }

  @Override
  public void forget(UpstreamConnection connection) {
    if (idle.remove(connection)) {
      countIdle(-1);
    }
  }

  private void countIdle(int change) {
    loop.counts().add(Counter.UPSTREAMS_IDLE, change);
    pool.countIdle(this, idle.size() + introduced.size(), change);
  }

  /** A connection that serves one client alone is idle beside that client's connection. */
  void keepIntroduced(UpstreamConnection connection) {
    introduced.add(connection);
    countIdle(1);
  }

  /** It is used again, or closed. */
  void forgetIntroduced(UpstreamConnection connection) {
    introduced.remove(connection);
    countIdle(-1);
  }

  /** Closes the one that was idle for longest; those that serve one client alone last. */
  void closeOldestIdle() {
    UpstreamConnection shared = idle.peekFirst();
    UpstreamConnection oldest = shared == null ? introduced.first() : shared;
    if (oldest != null) {
      oldest.close();
    }
  }

  void closeIdle() {
    for (var connection = takeIdle(); connection != null; connection = takeIdle()) {
      connection.close();
    }
    for (var own = introduced.first(); own != null; own = introduced.first()) {
      own.close();
    }
  }
}
