package dev.ballast.proxy;

/** What is counted of one backend by one event loop. */
enum BackendCounter {
  IN_FLIGHT,
  REQUESTS,
  /** Answered, and not with a status of 5xx; or a stream that was connected. */
  SUCCESSES,
  /** Answered with a status of 5xx. */
  ERRORS,
  /** Not answered, or not properly. */
  FAILURES,
  /** Final answers by the class of their status; a switch of protocols counts as a success. */
  ANSWERS_2XX,
  ANSWERS_3XX,
  ANSWERS_4XX,
  ANSWERS_5XX
}
