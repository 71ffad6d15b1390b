package dev.ballast.proxy;

import org.jspecify.annotations.Nullable;

/**
 * The handler of a client's connection, whatever it speaks or waits for. The links belong to the list of open connections of
 * its event loop.
 */
abstract class ClientSide extends TimedHandler {
  private final Loop loop;
  private final Port port;
  private final Peer peer;
  @Nullable ClientSide openPrevious;
  @Nullable ClientSide openNext;
  boolean isListed;

  /** For {@link Shedding}: what it held at the last look, and of that what it still holds. */
  long heldAtLastLook;

  long lastingBytes;

  ClientSide(Loop loop, Port port, Peer peer) {
    this.loop = loop;
    this.port = port;
    this.peer = peer;
  }

  Loop loop() {
    return loop;
  }

  /** Where it came in. */
  Port port() {
    return port;
  }

  /** Whom it is from. */
  Peer peer() {
    return peer;
  }

  /** Bytes that wait in buffers here for either side to take them. */
  long heldBytes() {
    return 0;
  }

  /** Its listener has gone, or the LB server stops: what is idle gets a moment more, requests in flight finish, streams go on for a while. */
  abstract void retire(long nowNanos);

  /** The LB server ends: what is still in flight is over, and counts as such. */
  void stop(long nowNanos) {
    reset();
  }

  /** Ends at once, so that the client can't take a part for the whole. */
  abstract void reset();

  @Override
  void breakOff() {
    reset();
  }
}
