package dev.ballast.proxy;

import org.jspecify.annotations.Nullable;

/**
 * The idle connections of one event loop to one backend that serve one client each, in the order in which they became idle. The
 * links are fields of the connections, so nothing is allocated and nothing looked up. Owned by the loop.
 */
final class IntroducedUpstreams {
  private @Nullable UpstreamConnection first;
  private @Nullable UpstreamConnection last;
  private int size;

  /** The one that has been idle for longest. */
  @Nullable UpstreamConnection first() {
    return first;
  }

  int size() {
    return size;
  }

  void add(UpstreamConnection connection) {
    UpstreamConnection before = last;
    connection.previousIntroduced = before;
    if (before == null) {
      first = connection;
    } else {
      before.nextIntroduced = connection;
    }
    last = connection;
    size++;
  }

  void remove(UpstreamConnection connection) {
    UpstreamConnection before = connection.previousIntroduced;
    UpstreamConnection after = connection.nextIntroduced;
    if (before == null) {
      first = after;
    } else {
      before.nextIntroduced = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previousIntroduced = before;
    }
    connection.previousIntroduced = null;
    connection.nextIntroduced = null;
    size--;
  }
}
