package dev.ballast.verify;

/**
 * What a schedule does to the processes of a lock.
 *
 * <p>A worker is a process with clients of the lock in it; a node is a process of the engine. {@link #breaksBelief} is the table of what
 * {@code isStillMine} does not promise: who relies on it alone may be wrong then, and the fencing token has to protect.
 */
enum FaultKind {
  PAUSE_WORKER("worker stopped (SIGSTOP) for longer than the TTL", Target.WORKER, false, 4),
  KILL_WORKER("worker killed (-9), another started", Target.WORKER, false, 2),
  CUT_WORKER("worker cut off from the engine, silently", Target.WORKER, false, 2),
  LOSE_ANSWERS("the engine's answers to a worker lost, its calls not", Target.WORKER, false, 2),
  DELAY_WORKER("each packet of a worker delayed by up to the TTL", Target.WORKER, false, 2),
  LATE_WRITE(
      "a write arrives after its client has given up waiting and released",
      Target.WORKER,
      false,
      4),
  DRIFT("worker's clock drifts within the bound", Target.WORKER, false, 1),
  DRIFT_TOO_MUCH("worker's clock at 1/5 to 1/2, or 2 to 3 times its speed", Target.WORKER, true, 2),
  PAUSE_NODE("node stopped (SIGSTOP) for longer than the TTL", Target.NODE, false, 2),
  KILL_NODE("node killed (-9) and started again", Target.NODE, false, 2),
  CUT_NODE("node cut off from all workers, silently", Target.NODE, false, 2),
  JUMP_CLOCK("node's clock jumps by up to 5 TTLs, either way", Target.NODE, true, 2);

  /** What kind of process a fault is done to. */
  enum Target {
    WORKER,
    NODE
  }

  private final String text;
  private final Target target;
  private final boolean breaksBelief;
  private final int lots;

  FaultKind(String text, Target target, boolean breaksBelief, int lots) {
    this.lots = lots;
    this.text = text;
    this.target = target;
    this.breaksBelief = breaksBelief;
  }

  /** For people. */
  String text() {
    return text;
  }

  Target target() {
    return target;
  }

  /** How many lots it has when faults are drawn: more where holders are more likely to outlive their leases. */
  int lots() {
    return lots;
  }

  /** Whether two clients may hold the lock by their own belief while this happens. Tokens grow all the same. */
  boolean breaksBelief() {
    return breaksBelief;
  }
}
