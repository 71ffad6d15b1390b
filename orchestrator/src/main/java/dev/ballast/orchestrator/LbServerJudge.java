package dev.ballast.orchestrator;

import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes one state of an LB server out of whether it lives and what it says of itself. */
final class LbServerJudge {
  /** An LB server that has heard no controller for this long is stale: what it serves may be of the past. */
  static final Duration STALE_AFTER = Duration.ofSeconds(10);

  private LbServerJudge() {}

  /** A state and why. */
  record Finding(LbServerState state, String reason, double phi) {
    LbServerStatus status(LbServer server, Instant since) {
      return new LbServerStatus(server.name(), server.instance(), state, reason, phi, since);
    }
  }

  /** Null while too little is known. */
  static @Nullable Finding of(Care care, LbServer server, long now) {
    if (care.verdict == Verdict.UNHEALTHY) {
      return new Finding(LbServerState.DEAD, care.reason, care.phi);
    }
    LbServerFacts facts = care.facts;
    if (care.verdict == Verdict.UNKNOWN || facts == null) {
      return null;
    }
    if (!facts.instance().equals(server.instance())) {
      return new Finding(LbServerState.DEAD, "another process answers at its admin port", 0);
    }
    if (!facts.isReady()) {
      return new Finding(LbServerState.NOT_READY, facts.trouble(), 0);
    }
    boolean isStale =
        care.aloneSince != Long.MAX_VALUE && now - care.aloneSince >= STALE_AFTER.toNanos();
    return isStale
        ? new Finding(
            LbServerState.STALE,
            "it has heard no controller for "
                + STALE_AFTER.toSeconds()
                + " s, and serves what it has: "
                + facts.detail(),
            0)
        : new Finding(LbServerState.READY, "it serves", 0);
  }
}
