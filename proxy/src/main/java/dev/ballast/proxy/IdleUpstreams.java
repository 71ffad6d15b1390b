package dev.ballast.proxy;

/** Where a connection to a backend waits for its next exchange. */
interface IdleUpstreams {
  /** Keeps an idle connection, unless enough are kept. */
  boolean keep(UpstreamConnection connection);

  /** An idle connection was closed, by whichever side. */
  void forget(UpstreamConnection connection);
}
