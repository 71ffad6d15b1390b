package dev.ballast.proxy;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of clients of one event loop, as a list whose links are fields of the connections: adding and removing
 * allocates nothing and looks nothing up. Owned by the loop.
 */
final class OpenConnections {
  private final Mishaps mishaps;
  private @Nullable ClientSide first;

  OpenConnections(Mishaps mishaps) {
    this.mishaps = mishaps;
  }

  void add(ClientSide connection) {
    connection.isListed = true;
    connection.openNext = first;
    if (first != null) {
      first.openPrevious = connection;
    }
    first = connection;
  }

  void remove(ClientSide connection) {
    ClientSide previous = connection.openPrevious;
    ClientSide next = connection.openNext;
    if (previous == null) {
      first = next;
    } else {
      previous.openNext = next;
    }
    if (next != null) {
      next.openPrevious = previous;
    }
    connection.openPrevious = null;
    connection.openNext = null;
    connection.isListed = false;
  }

  /** Does it to each, whatever it throws; it may end the connection that it is done to, and no other. */
  void forEach(Consumer<ClientSide> action) {
    ClientSide connection = first;
    while (connection != null) {
      ClientSide next = connection.openNext;
      try {
        action.accept(connection);
      } catch (Throwable e) {
        mishaps.happened(connection, e);
      }
      connection = next;
    }
  }
}
