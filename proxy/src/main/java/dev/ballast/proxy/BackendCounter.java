package dev.ballast.proxy;

/** What is counted of one backend by one event loop. */
enum BackendCounter {
  IN_FLIGHT,
  REQUESTS,
  FAILURES
}
