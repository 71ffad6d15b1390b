package dev.ballast.proxy;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one listening port are served by: the port's plan in the snapshot in use, or, once the
 * configuration no longer has the listener, the last plan it had. So a connection outlives its listener.
 */
final class Port {
  private final Integer number;
  private final AtomicReference<CompiledSnapshot> inUse;
  private volatile @Nullable PortPlan last;

  Port(Integer number, AtomicReference<CompiledSnapshot> inUse) {
    this.number = number;
    this.inUse = inUse;
  }

  Integer number() {
    return number;
  }

  /**
   * Read once per request or stream. A port is retired before the snapshot without it is in use, and here the snapshot is read
   * first: so whoever sees the new snapshot also sees that the port was retired.
   */
  PortPlan plan() {
    CompiledSnapshot snapshot = inUse.get();
    PortPlan retired = last;
    PortPlan plan = retired == null ? snapshot.port(number) : retired;
    if (plan == null) {
      throw new IllegalStateException(
          "port " + number + " left the snapshot before it was retired");
    }
    return plan;
  }

  /** From now on new connections are somebody else's; to be called before the snapshot without it is in use. */
  void retire() {
    last = plan();
  }

  boolean isRetired() {
    return last != null;
  }
}
