package dev.ballast.model;

import java.util.List;

/** A valid request that is refused because of what it would do to the stored state. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why it is refused. */
  public enum Reason {
    /** Other resources refer to what would go; they are named. */
    STILL_REFERENCED,
    /** More would be removed at once than is likely to be meant; what would go is named. */
    MASS_REMOVAL,
    /** It can't go at all. */
    PROTECTED
  }

  private final Reason reason;
  private final transient List<ItemKey> named;

  public Refused(Reason reason, String message, List<ItemKey> named) {
    super(message);
    this.reason = reason;
    this.named = List.copyOf(named);
  }

  public Reason reason() {
    return reason;
  }

  /** The referrers, or what would be removed. */
  public List<ItemKey> named() {
    return named;
  }
}
