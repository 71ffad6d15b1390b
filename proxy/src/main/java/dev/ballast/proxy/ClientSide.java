package dev.ballast.proxy;

/** The handler of a client's connection, of either protocol. */
abstract class ClientSide extends TimedHandler {
  /** The LB server stops: what is idle gets a moment more, the rest finishes. */
  abstract void retire(long nowNanos);

  /** Ends at once, so that the client can't take a part for the whole. */
  abstract void reset();
}
