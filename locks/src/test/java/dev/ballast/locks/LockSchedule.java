package dev.ballast.locks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One seeded run of processes that contend for locks: what they believe, what tokens they get, and what they do to registers with
 * and without a fence is checked at every step.
 */
final class LockSchedule {
  private static final long FAULTS_END = 2500 * VirtualWorld.MILLI;

  /** A call that gets no answer, the pause after it, and a call that arrives, by the slowest clock. */
  private static final long TOLD = FAULTS_END + 200 * VirtualWorld.MILLI;

  private static final long END = 9000 * VirtualWorld.MILLI;
  private static final long RETRY = 50 * VirtualWorld.MILLI;
  private static final List<String> NAMES = List.of("exclusive", "shared", "permits");

  private final VirtualWorld world;
  private final VirtualEngine engine;
  private final Mutation mutation;
  private final boolean isBounded;
  private final Map<String, List<Locker>> holders = new HashMap<>();
  private final List<Locker> lockers = new ArrayList<>();

  // What the exclusive lock protects: a counter that checks tokens, and one that does not.
  private final FencedResource fence = new FencedResource();
  private long fenced;
  private long unfenced;
  private long fencedWrites;
  private boolean isUnfencedWrong;
  private int grants;

  LockSchedule(long seed, Mutation mutation) {
    world = new VirtualWorld(seed);
    this.mutation = mutation;
    isBounded = mutation != Mutation.NONE || world.random.nextInt(5) != 0;
    engine = new VirtualEngine(world, rate(), Set.of("shared", "permits"));
    NAMES.forEach(name -> holders.put(name, new ArrayList<>()));
  }

  private double rate() {
    double half = isBounded ? 0.024 : 0.3;
    return 1 - half + 2 * half * world.random.nextDouble();
  }

  VirtualWorld world() {
    return world;
  }

  boolean isUnfencedWrong() {
    return isUnfencedWrong;
  }

  int grants() {
    return grants;
  }

  /** Runs it; violations are in the world. */
  LockSchedule run() {
    int count = 2 + world.random.nextInt(4);
    for (int i = 0; i < count; i++) {
      birth("p" + i);
    }
    fault();
    world.run(FAULTS_END);
    world.calm();
    world.run(TOLD);
    checkTold();
    world.run(END);
    if (world.violations.isEmpty()) {
      checkEnd();
    }
    return this;
  }

  private void birth(String name) {
    var process = world.new Machine(name, rate());
    var locker = new Locker(process);
    lockers.add(locker);
    engine.listen(process, locker::woken);
    process.after(world.between(0, 50), locker::begin);
  }

  /** Engine failures, deaths and jumps of the engine's clock. */
  private void fault() {
    world.after(
        world.between(20, 600),
        () -> {
          if (!world.isFaulty()) {
            return;
          }
          switch (world.random.nextInt(8)) {
            case 0, 1 -> engine.down(world.between(5, 700));
            case 2, 3 -> {
              var locker = lockers.get(world.random.nextInt(lockers.size()));
              if (!locker.process.isDead()) {
                locker.process.kill();
                birth(locker.process.name + "'");
              }
            }
            case 4 -> engine.jump(-world.between(1, 600));
            case 5 -> {
              if (!isBounded) {
                engine.jump(world.between(1, 600));
              }
            }
            default ->
                lockers
                    .get(world.random.nextInt(lockers.size()))
                    .process
                    .pause(world.between(1, 900));
          }
          fault();
        });
  }

  /** What was given up does not have to run out: the engine is told until it knows. */
  private void checkTold() {
    var left = engine.givenUp.stream().filter(lease -> lease.isLeftBehind(FAULTS_END)).toList();
    if (isBounded && world.violations.isEmpty() && !left.isEmpty()) {
      world.violation("given up and left to run out: " + left.getFirst().id);
    }
  }

  private void checkEnd() {
    for (var locker : lockers) {
      if (!locker.process.isDead() && (!locker.isDone || locker.served == 0)) {
        world.violation(locker.process.name + " was not served after the faults had ended");
      }
    }
    var left = engine.table.list("", engine.clock());
    if (!left.isEmpty()) {
      world.violation("held though nobody knows of it: " + left);
    }
    if (fenced != fencedWrites) {
      world.violation("the fenced counter has %d of %d writes".formatted(fenced, fencedWrites));
    }
  }

  /** A granted claim begins to be believed: nobody who excludes it may believe too. */
  private void granted(Locker locker) {
    grants++;
    var believers = holders.get(locker.claim.name());
    believers.removeIf(other -> !other.believes());
    believers.add(locker);
    believers.sort((a, b) -> Long.compare(a.token, b.token));
    var before = new ArrayList<Mode>();
    for (var believer : believers) {
      if (isBounded && !believer.claim.mode().fitsBeside(before)) {
        world.violation("%s is held at once by %s".formatted(locker.claim.name(), believers));
      }
      before.add(believer.claim.mode());
    }
  }

  /**
   * A program that takes a lock, works, and releases it, again and again; as {@link Locks#acquire} and {@link Attempt} do it: with
   * one thread, which is in one call or in one pause, and finds out that its lease is over when it asks the next time.
   */
  private final class Locker {
    final VirtualWorld.Machine process;
    private VirtualLease lease;
    private Claim claim = Claim.exclusive("none");
    private long token;
    private boolean isHolding;
    private long giveUpAt;
    private boolean isDone;
    private int served;
    private long turn;
    private boolean isTrying;
    private boolean isCalling;
    private boolean isRung;
    private LeaseId lastClosed;

    Locker(VirtualWorld.Machine process) {
      this.process = process;
      this.lease = lease();
    }

    @Override
    public String toString() {
      return process.name + " with token " + token;
    }

    private VirtualLease lease() {
      var id =
          mutation == Mutation.REUSE_LEASE && lastClosed != null
              ? lastClosed
              : LeaseId.of(process.client, world.random);
      return new VirtualLease(world, engine, process, id, mutation, () -> {});
    }

    boolean believes() {
      return isHolding && !process.isDead() && lease.isMine();
    }

    void woken(LeaseId id) {
      if (!isTrying || !id.equals(lease.id)) {
        return;
      }
      if (isHolding) {
        lease.renewNow();
      } else if (isCalling) {
        isRung = true;
      } else {
        ask();
      }
    }

    void begin() {
      if (!world.isFaulty() && served > 0) {
        isDone = true;
        return;
      }
      served = world.isFaulty() ? 0 : served;
      var mode =
          switch (world.random.nextInt(5)) {
            case 0, 1 -> Claim.exclusive("exclusive");
            case 2 -> new Claim("shared", Mode.shared());
            case 3 -> new Claim("shared", Mode.exclusive());
            default -> new Claim("permits", Mode.permits(1 + world.random.nextInt(2), 3));
          };
      claim = mode;
      giveUpAt = process.clock() + world.between(50, 1500);
      lease = lease();
      isTrying = true;
      ask();
    }

    private void ask() {
      if (isCalling || isHolding) {
        world.violation(process.name + " asks though it is in a call, or holds what it asks for");
      }
      if (lease.isOver()) {
        startOver();
      }
      turn++;
      isCalling = true;
      isRung = false;
      var current = lease;
      if (current.isOpen()) {
        engine.call(
            process,
            now -> engine.claim(current.id, List.of(claim), true, now),
            answers -> answered(answers.getFirst()),
            () -> {
              current.lost();
              pause(1);
            },
            () -> pause(RETRY));
      } else {
        current.open(
            List.of(claim),
            true,
            answers -> answered(answers.getFirst()),
            () -> {
              startOver();
              pause(RETRY);
            },
            () -> pause(RETRY));
      }
    }

    private void answered(Answer answer) {
      switch (answer) {
        case Answer.Granted(long granted) when lease.isMine() -> {
          isCalling = false;
          token = granted;
          isHolding = true;
          world.log("%s holds %s with %d", process.name, claim.name(), granted);
          LockSchedule.this.granted(this);
          enter();
        }
        case Answer.Granted _ -> pause(RETRY);
        case Answer.Waiting waiting -> pause(Locks.pauseNanos(waiting));
      }
    }

    /** Until it asks again, unless it is woken before, or was during the call that has just ended. */
    private void pause(long nanos) {
      isCalling = false;
      long left = world.isFaulty() ? giveUpAt - process.clock() : Long.MAX_VALUE;
      if (left <= 0) {
        end();
        return;
      }
      long mine = turn;
      process.after(
          isRung ? 1 : Math.min(nanos, left),
          () -> {
            if (mine == turn) {
              ask();
            }
          });
    }

    private void startOver() {
      lastClosed = lease.id;
      lease = lease();
    }

    private void enter() {
      long readFenced;
      try {
        if (claim.name().equals("exclusive")) {
          fence.check(token);
        }
      } catch (StaleToken e) {
        end();
        return;
      }
      readFenced = fenced;
      long readUnfenced = unfenced;
      process.after(world.between(1, 60), () -> check(readFenced, readUnfenced, 1));
    }

    /** Asks whether the lease is still there before each step: a pause may come right after. */
    private void check(long readFenced, long readUnfenced, int steps) {
      if (!lease.isMine()) {
        end();
      } else if (steps > 0) {
        process.after(world.between(1, 60), () -> check(readFenced, readUnfenced, steps - 1));
      } else {
        process.after(world.between(0, 1), () -> write(readFenced, readUnfenced));
      }
    }

    private void write(long readFenced, long readUnfenced) {
      if (claim.name().equals("exclusive")) {
        isUnfencedWrong |= unfenced != readUnfenced;
        unfenced = readUnfenced + 1;
        try {
          fence.check(token);
          if (fenced != readFenced) {
            world.violation(this + " overwrote what came after its reading, past the fence");
          }
          fenced = readFenced + 1;
          fencedWrites++;
        } catch (StaleToken _) {
          world.log("%s is stopped by the fence", process.name);
        }
      }
      served++;
      end();
    }

    private void end() {
      isTrying = false;
      isHolding = false;
      holders.getOrDefault(claim.name(), new ArrayList<>()).remove(this);
      lastClosed = lease.id;
      if (lease.isOpen()) {
        lease.close();
      } else {
        lease.disown();
      }
      process.after(world.between(0, 80), this::begin);
    }
  }
}
