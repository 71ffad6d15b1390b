package dev.ballast.model;

/**
 * When an exchange that failed is tried again, on another backend if there is one.
 *
 * @param attempts retries of one exchange at most, 0 to 5
 * @param budgetPercent of the pool's exchanges in flight may be retries, 0 to 100
 * @param budgetMin retries at once that are always allowed, 0 to 1000
 */
public record Retries(int attempts, int budgetPercent, int budgetMin) {
  public static final int MOST_ATTEMPTS = 5;
  private static final Retries DEFAULTS = new Retries(1, 20, 3);

  public Retries {
    Ranges.require("attempts", attempts, 0, MOST_ATTEMPTS);
    Ranges.requirePercent("budget", budgetPercent, 0, 100);
    Ranges.require("budgetMin", budgetMin, 0, 1_000);
  }

  public static Retries defaults() {
    return DEFAULTS;
  }
}
