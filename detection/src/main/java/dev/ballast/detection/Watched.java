package dev.ballast.detection;

import dev.ballast.model.Verdict;

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
}
