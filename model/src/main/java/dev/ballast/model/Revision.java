package dev.ballast.model;

import java.util.regex.Pattern;

/**
 * A state of the configuration: {@code EPOCH.N}. N counts writing transactions without gaps; it is comparable only within
 * one epoch (one history of one database).
 *
 * @param epoch 8 hexadecimal digits
 * @param n at least 0
 */
public record Revision(String epoch, long n) {
  private static final Pattern TEXT = Pattern.compile("[0-9a-f]{8}\\.(?:0|[1-9][0-9]{0,17})");
  private static final int EPOCH_LENGTH = 8;

  public Revision {
    if (n < 0 || !TEXT.matcher(epoch + "." + n).matches()) {
      throw new IllegalArgumentException("\"" + epoch + "." + n + "\" is not a revision");
    }
  }

  public static Revision parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a revision: EPOCH.N, for example 9f3a1c2e.42");
    }
    return new Revision(
        text.substring(0, EPOCH_LENGTH), Long.parseLong(text.substring(EPOCH_LENGTH + 1)));
  }

  public boolean isSameEpoch(Revision other) {
    return epoch.equals(other.epoch);
  }

  /** Whether this is the other revision or a later one of the same epoch. */
  public boolean isAtLeast(Revision other) {
    return isSameEpoch(other) && n >= other.n;
  }

  public Revision withN(long other) {
    return new Revision(epoch, other);
  }

  @Override
  public String toString() {
    return epoch + "." + n;
  }
}
