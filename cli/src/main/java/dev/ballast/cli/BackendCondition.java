package dev.ballast.cli;

import dev.ballast.model.AdminState;
import dev.ballast.model.Verdict;
import java.util.Locale;

/** What a backend is for whoever looks for trouble, the worst first. */
enum BackendCondition {
  /** It was found so. */
  UNHEALTHY,
  /** An LB server has taken it out, or does not know its address. */
  OUT_SOMEWHERE,
  /** It is to be probed, and nobody has done so, or not long enough for a verdict. */
  UNKNOWN,
  /** People want no work on it. */
  DISABLED,
  DRAINING,
  /** Nobody looks after it: its pool has no health check. */
  UNCHECKED,
  HEALTHY;

  static BackendCondition of(BackendHealth backend) {
    if (backend.state() != AdminState.ENABLED) {
      return backend.state() == AdminState.DISABLED ? DISABLED : DRAINING;
    }
    if (backend.verdict() == Verdict.UNHEALTHY) {
      return UNHEALTHY;
    }
    if (backend.sights().stream().anyMatch(BackendSight::isFaulty)) {
      return OUT_SOMEWHERE;
    }
    if (backend.verdict() == Verdict.HEALTHY) {
      return HEALTHY;
    }
    return backend.isChecked() ? UNKNOWN : UNCHECKED;
  }

  Colour colour() {
    return switch (this) {
      case UNHEALTHY, OUT_SOMEWHERE -> Colour.RED;
      case UNKNOWN, DISABLED, DRAINING -> Colour.YELLOW;
      case UNCHECKED -> Colour.PLAIN;
      case HEALTHY -> Colour.GREEN;
    };
  }

  /** As JSON has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
