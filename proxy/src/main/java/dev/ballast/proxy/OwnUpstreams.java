package dev.ballast.proxy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections to backends that belong to one client's connection, because they began with a PROXY header that names
 * it: nobody else may use them, and they end with it, or when others need their places in the pool. Owned by the client's event
 * loop.
 */
final class OwnUpstreams implements IdleUpstreams {
  private static final int LIMIT = 8;

  private final Loop loop;
  private final List<UpstreamConnection> idle = new ArrayList<>(0);

  OwnUpstreams(Loop loop) {
    this.loop = loop;
  }

  /** One to this backend that is still open: of everybody's, or, where connections are opened in a client's name, of these. */
  @Nullable UpstreamConnection take(BackendHandle backend) {
    return backend.beginning().isIntroduced() ? takeOwn(backend) : backend.cell(loop).takeIdle();
  }

  private @Nullable UpstreamConnection takeOwn(BackendHandle backend) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      UpstreamConnection connection = idle.get(i);
      if (connection.isTo(backend) && connection.isOpen()) {
        forget(connection);
        return connection;
      }
    }
    return null;
  }

  @Override
  public boolean keep(UpstreamConnection connection) {
    if (idle.size() >= LIMIT
        || loop.counts().read(Counter.UPSTREAMS_IDLE) >= loop.limits().of(Limit.IDLE_UPSTREAMS)) {
      loop.count(Counter.UPSTREAMS_NOT_KEPT);
      return false;
    }
    idle.add(connection);
    connection.backend().cell(loop).keepIntroduced(connection);
    return true;
  }

  @Override
  public void forget(UpstreamConnection connection) {
    if (idle.remove(connection)) {
      connection.backend().cell(loop).forgetIntroduced(connection);
    }
  }

  /** The client has left. */
  void close() {
    List.copyOf(idle).forEach(UpstreamConnection::close);
  }
}
