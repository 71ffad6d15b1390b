package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.List;

/**
 * What is on record of a target when an observer takes it over. The verdict is kept until there is evidence of another.
 *
 * @param falls how long ago it was convicted, so that a flapping target is not forgiven by a change of observers; the first eight count
 */
public record Known(Verdict verdict, List<Duration> falls) {
  /** A target that nobody has watched before. */
  public static final Known NOTHING = new Known(Verdict.UNKNOWN, List.of());

  public Known {
    falls = List.copyOf(falls);
  }

  /** A verdict without a history. */
  public static Known only(Verdict verdict) {
    return new Known(verdict, List.of());
  }
}
