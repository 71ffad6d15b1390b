package dev.ballast.orchestrator;

import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Revision;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Makes one state of an LB server out of whether it lives and what it says of itself, and for how long it has said so. Owned by its {@link
 * Desk}; times are nanoseconds of one monotonic clock.
 */
final class LbServerJudge {
  /** For so long an LB server may be without a controller, behind, or silent about itself until it is stale. */
  static final Duration STALE_AFTER = Duration.ofSeconds(10);

  private @Nullable LbServerFacts facts;
  private long toldAt;
  private @Nullable Long aloneSince;
  private @Nullable Long behindSince;

  /** The N that it has to reach to be behind no longer. */
  private long wanted;

  /** A state and why. */
  record Finding(LbServerState state, String reason, double phi) {
    LbServerStatus status(LbServer server, Instant since) {
      return new LbServerStatus(server.name(), server.instance(), state, reason, phi, since);
    }
  }

  /**
   * It has told how it is.
   *
   * @param ours the revision that we go by, if any
   */
  void told(LbServerFacts now, @Nullable Revision ours, long at) {
    facts = now;
    toldAt = at;
    aloneSince = now.isConnected() ? null : earlier(aloneSince, at - now.silentNanos());
    Revision theirs = now.revision().orElse(null);
    if (theirs == null
        || ours == null
        || !theirs.isSameEpoch(ours)
        || theirs.n() >= (behindSince == null ? ours.n() : wanted)) {
      behindSince = null;
    } else if (behindSince == null) {
      behindSince = at;
      wanted = ours.n();
    }
  }

  /** What it is now; null while too little is known. */
  @Nullable Finding finding(Care care, LbServer server, long now) {
    if (care.verdict == Verdict.UNHEALTHY) {
      return new Finding(LbServerState.DEAD, care.reason, care.phi);
    }
    LbServerFacts last = facts;
    if (care.verdict == Verdict.UNKNOWN || last == null) {
      return null;
    }
    if (!last.instance().equals(server.instance())) {
      return new Finding(LbServerState.DEAD, "another process answers at its admin port", 0);
    }
    if (!last.isReady()) {
      return new Finding(LbServerState.NOT_READY, last.trouble(), 0);
    }
    String stale = staleness(last, now);
    return stale.isEmpty()
        ? new Finding(LbServerState.READY, "it serves", 0)
        : new Finding(LbServerState.STALE, stale, 0);
  }

  /** Why what it serves may be of the past, or empty. */
  private String staleness(LbServerFacts last, long now) {
    String length = " for " + STALE_AFTER.toSeconds() + " s";
    if (!last.held().isEmpty()) {
      return "it holds back what a controller lists: " + last.held();
    }
    if (isLong(aloneSince, now)) {
      return "it has heard no controller" + length + ", and serves what it has: " + last.detail();
    }
    if (isLong(behindSince, now)) {
      return "it has not reached revision " + wanted + length;
    }
    return isLong(toldAt, now) ? "it lives, and has said nothing of itself" + length : "";
  }

  private static long earlier(@Nullable Long known, long since) {
    return known == null || since - known < 0 ? since : known;
  }

  private static boolean isLong(@Nullable Long since, long now) {
    return since != null && now - since >= STALE_AFTER.toNanos();
  }
}
