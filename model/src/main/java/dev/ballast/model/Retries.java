package dev.ballast.model;

import java.util.List;

/**
 * When an exchange that failed is tried again, on another backend if there is one.
 *
 * @param attempts retries of one exchange at most, 0 to 5
 * @param budgetPercent of the pool's exchanges in flight may be retries, 0 to 100
 * @param budgetMin retries at once that are always allowed, 0 to 1000
 * @param statuses answers in place of which another backend's is tried for, within 400 to 599; at most {@value #STATUS_LIMIT} ranges
 */
public record Retries(int attempts, int budgetPercent, int budgetMin, List<StatusRange> statuses) {
  public static final int MOST_ATTEMPTS = 5;
  public static final int STATUS_LIMIT = 16;

  private static final int FIRST_ERROR = 400;

  /** "Unable to handle the request, due to a temporary overload or maintenance" (RFC 9110, section 15.6.4): this backend's word. */
  private static final List<StatusRange> UNAVAILABLE = List.of(new StatusRange(503, 503));

  private static final Retries DEFAULTS = new Retries(1, 20, 3);

  public Retries {
    Ranges.require("attempts", attempts, 0, MOST_ATTEMPTS);
    Ranges.requirePercent("budget", budgetPercent, 0, 100);
    Ranges.require("budgetMin", budgetMin, 0, 1_000);
    Ranges.require("number of statuses", statuses.size(), 0, STATUS_LIMIT);
    statuses.forEach(range -> Ranges.require("status", range.first(), FIRST_ERROR, 599));
    statuses = List.copyOf(statuses);
  }

  /** With the statuses that are usual. */
  public Retries(int attempts, int budgetPercent, int budgetMin) {
    this(attempts, budgetPercent, budgetMin, UNAVAILABLE);
  }

  public static Retries defaults() {
    return DEFAULTS;
  }

  /** Whether an answer with this status is given up for another backend's. */
  public boolean isOn(int status) {
    if (status < FIRST_ERROR) {
      return false;
    }
    for (StatusRange range : statuses) {
      if (range.contains(status)) {
        return true;
      }
    }
    return false;
  }
}
