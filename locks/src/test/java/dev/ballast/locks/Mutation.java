package dev.ballast.locks;

/** A rule to break on purpose, so that the simulation can show that it would notice. */
enum Mutation {
  /** None: the protocol as it is. */
  NONE,
  /** The holder's deadline leaves no room for clocks that drift. */
  NO_MARGIN,
  /** The deadline is counted from the answer instead of from the sending. */
  COUNT_FROM_ANSWER,
  /** A release ends whoever holds the name, not only the lease that is released. */
  RELEASE_WITHOUT_COMPARE,
  /** A lease that may have been closed is opened again. */
  REUSE_LEASE,
  /** A partition is claimed again by the same lease though an earlier release may still be under way. */
  FORGET_DOUBT,
  /** A partition is released when it is told to stop, not when it has. */
  RELEASE_BEFORE_STOPPED,
  /** The late end of work that was declared lost counts as the end of the work that has begun on that partition since. */
  CONFUSE_ENDS,
  /** What got no answer is not closed again. */
  DO_NOT_DISOWN
}
