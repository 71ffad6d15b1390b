package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.List;

/**
 * One of an {@link Observer}'s targets: the handle by which its owner speaks of it. Owned by the observer's thread.
 *
 * @param <T> what the owner knows the target by
 */
public final class Watched<T> {
  private final T target;
  final Watch watch;

  /** Where it stands in the observer's {@link Agenda}; -1 for nowhere. */
  int place = -1;

  long at;

  boolean isHealthy;
  boolean isSilent;
  boolean isFallen;
  long fallenUntil;

  Watched(T target, Watch watch) {
    this.target = target;
    this.watch = watch;
  }

  public T target() {
    return target;
  }

  public Verdict verdict() {
    return watch.verdict();
  }

  /** What is known of it now, for people. */
  public Standing standing(long now) {
    return watch.standing(now);
  }

  /** Whether something makes it look dead, and nothing has proved it yet. */
  public boolean isSuspect(long now) {
    return watch.isSuspect(now);
  }

  /** What whoever watches it next has to know. */
  public Known known(long now) {
    return watch.known(now);
  }

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

  /**
   * What an observer knows of a target at a moment: for people, and never written to the database.
   *
   * @param phi how suspicious the silence is, 0 or more; 0 where failures are only counted
   * @param isSuspect whether it is asked more often
   * @param isDisputed whether silence alone would have convicted it, but somebody else heard it within the last second: the observer
   *     disagrees with the LB servers
   * @param samples answers that its distribution is made of
   * @param meanNanos their mean delay after the schedule, 0 where there is none
   */
  public record Standing(
      Verdict verdict,
      double phi,
      boolean isSuspect,
      boolean isDisputed,
      int samples,
      double meanNanos) {}
}
