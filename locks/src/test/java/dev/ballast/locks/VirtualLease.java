package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A lease of a virtual process, kept by {@link LeaseState} as {@link Session} keeps it. */
final class VirtualLease {
  static final Duration TTL = Duration.ofMillis(300);
  static final int DRIFT_PER_MILLE = 50;

  final LeaseId id;
  private final VirtualWorld world;
  private final VirtualEngine engine;
  private final VirtualWorld.Machine process;
  private final Mutation mutation;
  private final Runnable whenLost;
  private LeaseState state;
  private boolean isOpen;
  private boolean wasOpened;
  private long turn;
  private long givenUpAt = Long.MIN_VALUE;
  private boolean isTold;
  private List<Claim> claimed = List.of();

  VirtualLease(
      VirtualWorld world,
      VirtualEngine engine,
      VirtualWorld.Machine process,
      LeaseId id,
      Mutation mutation,
      Runnable whenLost) {
    this.world = world;
    this.engine = engine;
    this.process = process;
    this.id = id;
    this.mutation = mutation;
    this.whenLost = whenLost;
    this.state = state(process.clock());
    this.state.end(LeaseState.Phase.CLOSED);
  }

  private LeaseState state(long sentAt) {
    return mutation == Mutation.NO_MARGIN
        ? new LeaseState(TTL, 0, sentAt + 2 * VirtualWorld.MILLI)
        : new LeaseState(TTL, DRIFT_PER_MILLE, sentAt);
  }

  boolean isOpen() {
    return isOpen;
  }

  /** Whether it was opened, and may not be relied on any more. */
  boolean isOver() {
    return wasOpened && !isMine();
  }

  boolean isMine() {
    return isOpen && state.isMine(process.clock());
  }

  /**
   * Opens it with claims.
   *
   * @param tooLate hears that the answer took longer than the lease lives; it was given up
   */
  void open(
      List<Claim> claims,
      boolean wait,
      Consumer<List<Answer>> answered,
      Runnable tooLate,
      Runnable unavailable) {
    long sentAt = process.clock();
    claimed = claims;
    engine.call(
        process,
        now -> {
          world.log("engine opens %s of %s", id, process.name);
          engine.table.open(id, process.name, TTL, now);
          return engine.claim(id, claims, wait, now);
        },
        answers -> {
          state = state(mutation == Mutation.COUNT_FROM_ANSWER ? process.clock() : sentAt);
          isOpen = true;
          wasOpened = true;
          if (isMine()) {
            keep();
            answered.accept(answers);
          } else {
            close();
            tooLate.run();
          }
        },
        tooLate,
        unavailable);
  }

  private void keep() {
    if (!isOpen) {
      return;
    }
    long now = process.clock();
    if (state.call(now)) {
      renew();
    }
    long pause = state.pause(now);
    if (pause == 0) {
      lost();
      disown();
      return;
    }
    long mine = ++turn;
    process.after(
        pause,
        () -> {
          if (mine == turn) {
            keep();
          }
        });
  }

  private void renew() {
    long sentAt = process.clock();
    engine.call(
        process,
        now -> {
          boolean isThere = engine.table.renew(id, now);
          world.log("engine renews %s of %s: %s", id, process.name, isThere);
          return isThere;
        },
        isThere -> {
          if (isThere) {
            long now = process.clock();
            state.renewed(mutation == Mutation.COUNT_FROM_ANSWER ? now : sentAt, now);
            keep();
          } else {
            lost();
          }
        },
        this::lost,
        () -> {
          state.failed(process.clock());
          keep();
        });
  }

  void renewNow() {
    state.wantCall();
    keep();
  }

  void lost() {
    if (isOpen && state.end(LeaseState.Phase.LOST)) {
      isOpen = false;
      world.log("%s loses %s", process.name, id);
      whenLost.run();
    }
  }

  void close() {
    if (isOpen && state.end(LeaseState.Phase.CLOSED)) {
      isOpen = false;
      disown();
    }
  }

  /** Closes what may be open, until that is answered or the lease has run out twice. */
  void disown() {
    isOpen = false;
    givenUpAt = world.now();
    engine.givenUp.add(this);
    tellUntilRunOut(process.clock() + 2 * TTL.toNanos());
  }

  /**
   * Whether the engine has it though it was given up in the last time to live before the faults ended, by a process that has run since
   * then, and no word of that has come.
   */
  boolean isLeftBehind(long faultsEnd) {
    boolean isRecent = givenUpAt > faultsEnd - TTL.toNanos() && givenUpAt <= faultsEnd;
    return isRecent
        && !isTold
        && !process.isDead()
        && !process.isPausedAfter(faultsEnd)
        && engine.table.list("", engine.clock()).stream().anyMatch(one -> one.lease().equals(id));
  }

  private void tellUntilRunOut(long end) {
    engine.call(
        process,
        now -> {
          world.log("engine closes %s", id);
          if (mutation == Mutation.RELEASE_WITHOUT_COMPARE) {
            claimed.forEach(claim -> engine.table.breakLock(claim.name(), now));
          }
          engine.table.close(id, now);
          isTold = true;
          return true;
        },
        _ -> {},
        () -> {},
        () -> {
          if (end - process.clock() > 0 && mutation != Mutation.DO_NOT_DISOWN) {
            process.after(TTL.toNanos() / 10, () -> tellUntilRunOut(end));
          }
        });
  }
}
