package dev.ballast.locks;

import java.util.List;

/**
 * How a claim wants a name. Claims stand in one queue per name, in the order of their tokens, and a claim is held once it
 * fits beside <em>all</em> before it, waiting or not: that is the whole rule, and it makes every mode fair.
 *
 * <p>Modes of different kinds, and semaphores of different sizes, exclude each other.
 */
public sealed interface Mode {
  /** One holder, alone. */
  record Exclusive() implements Mode {}

  /** Any number of holders, as long as all are shared: the read side of a read-write lock. */
  record Shared() implements Mode {}

  /**
   * A part of a semaphore.
   *
   * @param count permits wanted, 1 to {@code of}
   * @param of the semaphore's size, 1 to 1,000,000
   */
  record Permits(int count, int of) implements Mode {
    public Permits {
      if (of < 1 || of > 1_000_000) {
        throw new IllegalArgumentException("a semaphore has 1 to 1,000,000 permits, not " + of);
      }
      if (count < 1 || count > of) {
        throw new IllegalArgumentException(
            count + " permits of a semaphore of " + of + ": want 1 to " + of);
      }
    }
  }

  static Mode exclusive() {
    return new Exclusive();
  }

  static Mode shared() {
    return new Shared();
  }

  static Mode permits(int count, int of) {
    return new Permits(count, of);
  }

  /** Whether a claim in this mode is held, given the modes of all claims before it. */
  default boolean fitsBeside(List<Mode> before) {
    return switch (this) {
      case Exclusive() -> before.isEmpty();
      case Shared() -> before.stream().allMatch(Shared.class::isInstance);
      case Permits(int count, int of) -> {
        long taken = count;
        boolean alike = true;
        for (Mode other : before) {
          alike &= other instanceof Permits permits && permits.of == of;
          taken += other instanceof Permits permits ? permits.count : 0;
        }
        yield alike && taken <= of;
      }
    };
  }

  /** {@code exclusive}, {@code shared} or {@code permits:COUNT/OF}: how engines and the HTTP API write it. */
  default String text() {
    return switch (this) {
      case Exclusive() -> "exclusive";
      case Shared() -> "shared";
      case Permits(int count, int of) -> "permits:" + count + "/" + of;
    };
  }

  /**
   * The mode that {@link #text()} wrote.
   *
   * @throws IllegalArgumentException for anything else
   */
  static Mode parse(String text) {
    return switch (text) {
      case "exclusive" -> exclusive();
      case "shared" -> shared();
      default -> parsePermits(text);
    };
  }

  private static Mode parsePermits(String text) {
    int slash = text.indexOf('/');
    if (text.startsWith("permits:") && slash > 0) {
      try {
        return permits(
            Integer.parseInt(text.substring("permits:".length(), slash)),
            Integer.parseInt(text.substring(slash + 1)));
      } catch (NumberFormatException _) {
        // The message below says what is wanted.
      }
    }
    throw new IllegalArgumentException(
        "no mode: '" + text + "'; want exclusive, shared or permits:COUNT/OF");
  }
}
