package dev.ballast.proxy;

import java.util.Arrays;

/** The value of every {@link Limit}. Immutable. */
public final class Limits {
  private static final Limits DEFAULTS =
      new Limits(Arrays.stream(Limit.values()).mapToInt(Limit::defaultValue).toArray());

  private final int[] values;

  private Limits(int[] values) {
    this.values = values;
  }

  public static Limits defaults() {
    return DEFAULTS;
  }

  /** The same limits but one. */
  public Limits with(Limit limit, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("The limit " + limit.key() + " is at least 1: " + value);
    }
    int[] changed = values.clone();
    changed[index(limit)] = value;
    return new Limits(changed);
  }

  public int of(Limit limit) {
    return values[index(limit)];
  }

  /** A limit given in milliseconds, in the unit of the event loops. */
  long nanosOf(Limit millis) {
    return of(millis) * 1_000_000L;
  }

  /** The order of the constants is this array's layout, and nothing else's. */
  @SuppressWarnings("EnumOrdinal")
  private static int index(Limit limit) {
    return limit.ordinal();
  }
}
