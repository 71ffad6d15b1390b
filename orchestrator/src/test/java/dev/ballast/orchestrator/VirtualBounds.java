package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.model.Verdict;
import dev.ballast.orchestrator.VirtualGroup.Share;
import dev.ballast.orchestrator.VirtualGroup.Tenure;

/**
 * What must have happened in time. Whenever nothing has been wrong with the owner of a subject for so long, the database says how the
 * subject is; and no subject goes unprobed for longer than its hand-over takes.
 */
final class VirtualBounds {
  /** From a verdict to the database: from thread to thread, the pace of batches, a transaction. */
  static final long WRITE = 500 * MILLI;

  /** Probes come no later than this many intervals after another. */
  static final double INTERVALS = 1.05;

  /** Silence of a target that its owner knows. */
  static final long SILENCE = 2_500 * MILLI;

  /** Silence of one that it has just taken over: ten probes of its own. */
  static final long SILENCE_AFTER_TAKEOVER = 4 * SECOND;

  /** Word of a change, the last writes, and the new owner's first steps. */
  static final long HAND_OVER = 500 * MILLI;

  /** An LB server is asked every second how it is, and has most of a second to answer. */
  private static final long FACTS = 1_500 * MILLI;

  /** After so long an owner knows a target. */
  private static final long KNOWN = 15 * SECOND;

  /** The slowest snapshot. */
  private static final long FEED = 550 * MILLI;

  private final VirtualWorld world;
  private final VirtualTime time;

  VirtualBounds(VirtualWorld world) {
    this.world = world;
    this.time = world.time;
  }

  /** Looks at everything; to be called again and again. */
  void check() {
    for (VirtualFate fate : world.checks.fates()) {
      if (fate.isThere) {
        checkProbed(fate);
        checkVerdict(fate);
      }
    }
  }

  private void checkVerdict(VirtualFate fate) {
    Share share = world.database.group.share(fate.partition);
    if (share.owner == null || share.isCalledBack()) {
      return;
    }
    Verdict wanted = wanted(fate);
    Verdict stands = fate.stands(world.database.snapshot());
    if (stands != wanted && time.now() - calmSince(fate, share) > patience(fate, share, wanted)) {
      time.complain(
          "%s is %s, and the database says %s, though nothing has been in the way of %s since %.3f s"
              .formatted(
                  fate.id,
                  world.servers.state(fate.address()),
                  stands,
                  share.owner.member.name(),
                  calmSince(fate, share) / 1e9));
    }
  }

  /** What the database should say. */
  Verdict wanted(VirtualFate fate) {
    if (!fate.isProbed()) {
      return Verdict.UNKNOWN;
    }
    return world.servers.state(fate.address()).isBad() ? Verdict.UNHEALTHY : Verdict.HEALTHY;
  }

  private long calmSince(VirtualFate fate, Share share) {
    VirtualMember owner = share.tenures.getLast().member();
    String address = fate.address();
    long calm = Math.max(fate.configuredAt, share.tenures.getLast().from()) + FEED;
    calm = Math.max(calm, world.servers.since(address));
    calm = Math.max(calm, world.servers.lastCut(owner.name(), address));
    calm = Math.max(calm, world.servers.lastLoss(owner.name(), address) + SECOND);
    calm = Math.max(calm, world.troubles.until(owner.name()));
    calm = Math.max(calm, world.troubles.until(VirtualWorld.DATABASE));
    return Math.max(calm, owner.lastDoubt());
  }

  private long patience(VirtualFate fate, Share share, Verdict wanted) {
    long interval = (long) (INTERVALS * fate.interval());
    return WRITE
        + switch (wanted) {
          case UNKNOWN -> 0;
          case HEALTHY ->
              interval * (1 + fate.wanted(fate.falls)) + (fate.isLbServer() ? FACTS : 0);
          case UNHEALTHY -> detection(fate, share, interval);
        };
  }

  private long detection(VirtualFate fate, Share share, long interval) {
    return switch (world.servers.state(fate.address())) {
      case KILLED, WRONG -> interval + 200 * MILLI;
      case FROZEN, SLOW -> {
        long begin = Math.max(fate.configuredAt, share.tenures.getLast().from());
        boolean isKnown = world.servers.since(fate.address()) - begin > KNOWN;
        yield isKnown ? SILENCE : SILENCE_AFTER_TAKEOVER;
      }
      case ALIVE, SLUGGISH -> 0;
    };
  }

  private void checkProbed(VirtualFate fate) {
    if (!fate.isProbed()) {
      return;
    }
    Share share = world.database.group.share(fate.partition);
    long from = Math.max(fate.askedAt, fate.configuredAt + FEED);
    long allowed = allowed(fate, share, from);
    if (time.now() - from > allowed) {
      time.complain(
          "%s has not been probed for %.3f s; allowed are %.3f s"
              .formatted(fate.id, (time.now() - from) / 1e9, allowed / 1e9));
    }
  }

  private long allowed(VirtualFate fate, Share share, long from) {
    long allowed = (long) (INTERVALS * fate.interval()) + 100 * MILLI;
    long since = Math.max(fate.askedAt, fate.configuredAt);
    Tenure last = share.tenures.getLast();
    boolean isMoving = share.owner == null || share.isCalledBack() || last.from() >= since;
    if (!isMoving) {
      return allowed + unprobed(last.member().name(), from, true) + databaseTroubles(from);
    }
    allowed += HAND_OVER;
    for (Tenure tenure : share.tenures) {
      allowed += tenure.from() >= since ? fate.interval() + HAND_OVER : 0;
    }
    boolean isReplaced =
        world.members.stream()
            .anyMatch(
                one -> one.membership().isInSince(from) && world.troubles.until(one.name()) < from);
    for (VirtualMember member : world.members) {
      allowed += unprobed(member.name(), from, isReplaced);
    }
    return allowed + databaseTroubles(from);
  }

  private long unprobed(String whose, long from, boolean isReplaced) {
    return world.troubles.unprobed(whose, from, time.now(), isReplaced);
  }

  private long databaseTroubles(long from) {
    return unprobed(VirtualWorld.DATABASE, from, false);
  }
}
