package dev.ballast.proxy;

/**
 * Cuts off the connections that hold most when the buffers of all take too much. Looked at once per tick, so whoever has held
 * something at two ticks in a row is taken for one that doesn't keep up; the first look, when memory has just become tight, only
 * takes note. Owned by one event loop.
 */
final class Shedding {
  /** Who holds less is left alone: it would not help. */
  private static final long LEAST_BYTES = 16_384;

  private final BufferBudget budget;
  private final OpenConnections open;
  private final Tally<Counter> counts;
  private boolean wasTight;
  private long mostHeld;
  private long left;

  Shedding(BufferBudget budget, OpenConnections open, Tally<Counter> counts) {
    this.budget = budget;
    this.open = open;
    this.counts = counts;
  }

  void look() {
    boolean isFirst = !wasTight;
    wasTight = budget.isTight();
    if (!wasTight) {
      return;
    }
    mostHeld = 0;
    open.forEach(this::weigh);
    left = isFirst ? 0 : budget.excess();
    if (left > 0 && mostHeld >= LEAST_BYTES) {
      open.forEach(this::cutOff);
    }
  }

  private void weigh(ClientSide connection) {
    long held = connection.heldBytes();
    connection.lastingBytes = Math.min(held, connection.heldAtLastLook);
    connection.heldAtLastLook = held;
    mostHeld = Math.max(mostHeld, connection.lastingBytes);
  }

  private void cutOff(ClientSide connection) {
    if (left > 0 && connection.lastingBytes >= Math.max(LEAST_BYTES, mostHeld / 2)) {
      left -= connection.lastingBytes;
      counts.increment(Counter.CONNECTIONS_SHED);
      connection.reset();
    }
  }
}
