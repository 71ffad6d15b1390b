package dev.ballast.proxy;

/** How far an exchange has come. */
enum ExchangePhase {
  NONE,
  /** There is no room in the pool yet. */
  QUEUED,
  CONNECTING,
  /** The request is being sent; no answer has begun. */
  SENDING,
  /** The request was sent whole. */
  WAITING,
  ANSWERING
}
