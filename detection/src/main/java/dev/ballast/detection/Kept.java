package dev.ballast.detection;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connection that a prober keeps for its next probes: at most one, and none once it is closed. Owned by the prober's event loop.
 *
 * @param <C> what the prober knows a connection by
 */
final class Kept<C> {
  private final Function<C, SharedConnection> shared;
  private @Nullable C open;
  private boolean isClosed;

  Kept(Function<C, SharedConnection> shared) {
    this.shared = shared;
  }

  /** The one for the next probe, if there is one. */
  @Nullable C open() {
    return open;
  }

  /** This one is for the next probes; whoever was kept so far makes way. */
  void keep(C connection) {
    retire();
    open = connection;
    if (isClosed) {
      retire();
    }
  }

  /** The next probe gets another one. */
  void retire() {
    if (open != null) {
      shared.apply(open).retire();
      open = null;
    }
  }

  void close() {
    isClosed = true;
    retire();
  }
}
