package dev.ballast.locks;

import java.time.Duration;

/** What an engine says to a claim. */
public sealed interface Answer {
  /**
   * The claim is held.
   *
   * @param token the fencing token: greater than that of every claim on this name before it, at least 1
   */
  record Granted(long token) implements Answer {}

  /**
   * The claim is not held: it stands in the queue, or, where it was not to wait, has left no trace.
   *
   * @param ahead claims before it, at least 1
   * @param lookAgain when the claim that it waits for would run out if it is not renewed: the time after which asking again
   *     may tell something new though nobody was woken
   */
  record Waiting(int ahead, Duration lookAgain) implements Answer {}
}
