package dev.ballast.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.ServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets: opens those that the configuration has, closes those that it no longer has, leaves the others alone.
 * One that can't be bound is failed, and tried again after 1 s, 2 s, 4 s … 30 s. Changed by the control thread alone; anyone may ask how
 * they are.
 */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
  private static final int LONGEST_PAUSE_SECONDS = 30;
  private static final int CLOSE_SECONDS = 2;

  private static final int LAST_PORT = 65_535;

  private final InetAddress address;
  private final int portOffset;
  private final Loops loops;
  private final Transport transport;
  private final Limits limits;
  private final AtomicReference<CompiledSnapshot> inUse;
  private final ScheduledExecutorService control;
  private final BindFailure.Explanation explanation;
  private final Map<Integer, Listening> byPort = new ConcurrentHashMap<>();
  private boolean isClosed;

  /** @param portOffset added to each listener's port */
  Listeners(
      InetAddress address,
      int portOffset,
      Loops loops,
      Transport transport,
      Limits limits,
      AtomicReference<CompiledSnapshot> inUse,
      ScheduledExecutorService control) {
    this.address = address;
    this.portOffset = portOffset;
    this.loops = loops;
    this.transport = transport;
    this.limits = limits;
    this.inUse = inUse;
    this.control = control;
    this.explanation = new BindFailure.Explanation(address, PortOwner.ofThisMachine());
  }

  /** Before a snapshot is swapped in: ports that it no longer serves, or serves otherwise, keep their last plan. */
  void beforeSwap(CompiledSnapshot next) {
    for (Listening listening : byPort.values()) {
      PortPlan plan = next.port(listening.port.number());
      if (plan == null || !plan.getClass().equals(listening.port.plan().getClass())) {
        listening.port.retire();
      }
    }
  }

  /** The connections of a port that is no longer served end: what is idle soon, the rest in its time. */
  private void retireConnections(Port port) {
    loops.all().forEach(loop -> loop.eventLoop().execute(() -> loop.retireOpen(port)));
  }

  /** After it was swapped in: sockets follow. */
  void afterSwap(CompiledSnapshot current) {
    closeRemoved(current);
    for (Integer number : current.ports().keySet()) {
      Listening listening = byPort.get(number);
      if (listening == null) {
        open(number);
      } else if (listening.port.isRetired()) {
        retireConnections(listening.port);
        listening.serve(new Port(number, inUse));
      }
    }
  }

  /** Waits until the sockets are closed, so that their ports are free for the next snapshot. */
  private void closeRemoved(CompiledSnapshot current) {
    List<Listening> removed =
        byPort.values().stream()
            .filter(listening -> current.port(listening.port.number()) == null)
            .toList();
    removed.forEach(listening -> byPort.remove(listening.port.number()));
    closeAll(removed).orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS).exceptionally(late -> null).join();
    removed.forEach(listening -> retireConnections(listening.port));
  }

  private static CompletableFuture<Void> closeAll(Collection<Listening> listening) {
    return CompletableFuture.allOf(
        listening.stream().map(Listening::close).toArray(CompletableFuture[]::new));
  }

  private void open(Integer number) {
    var listening = new Listening(new Port(number, inUse));
    byPort.put(number, listening);
    listening.bind();
  }

  /** Why the listener is not served; null if it is. */
  @Nullable BindFailure failure(PortCompiler.ConfiguredListener listener) {
    if (!listener.isServed()) {
      return listener.trouble();
    }
    Listening listening = byPort.get(listener.port());
    return listening == null ? BindFailure.CLOSED : listening.failure;
  }

  boolean isAnyBound() {
    return byPort.values().stream().anyMatch(listening -> listening.acceptor != null);
  }

  /** Stops accepting; every connection that the kernel has queued is still served. */
  CompletableFuture<Void> close() {
    isClosed = true;
    byPort.values().forEach(listening -> listening.port.retire());
    CompletableFuture<Void> closed = closeAll(byPort.values());
    byPort.clear();
    return closed;
  }

  /** One port's socket, or the attempts to open it. */
  private final class Listening {
    private volatile Port port;
    private volatile @Nullable Acceptor acceptor;
    private volatile @Nullable BindFailure failure;
    private int attempts;
    private boolean isGone;

    Listening(Port port) {
      this.port = port;
    }

    void bind() {
      if (isGone || isClosed) {
        return;
      }
      if (boundPort() > LAST_PORT) {
        failed(new IllegalArgumentException("the port offset leads beyond " + LAST_PORT));
        return;
      }
      ServerSocketChannel channel;
      try {
        channel = transport.newServer().get();
      } catch (ChannelException e) {
        failed(e);
        return;
      }
      Loop loop = loops.next();
      var accepting = new Acceptor(loop, loops, channel, port);
      channel.config().setReuseAddress(true).setBacklog(limits.of(Limit.ACCEPT_BACKLOG));
      transport.bequest().accept(channel);
      channel.pipeline().addLast(accepting);
      loop.eventLoop().register(channel).awaitUninterruptibly();
      ChannelFuture bound =
          channel.bind(new InetSocketAddress(address, boundPort())).awaitUninterruptibly();
      if (bound.isSuccess()) {
        bound(accepting);
      } else {
        Sockets.close(channel);
        failed(bound.cause());
      }
    }

    private int boundPort() {
      return port.number() + portOffset;
    }

    private void bound(Acceptor accepting) {
      acceptor = accepting;
      if (failure != null) {
        LOG.info("Port {} is bound now", boundPort());
      }
      failure = null;
    }

    private void failed(Throwable cause) {
      BindFailure now = explanation.of(boundPort(), cause);
      if (!now.equals(failure)) {
        LOG.warn("Port {} can't be bound: {}; {}", boundPort(), now.reason(), now.remedy());
      }
      failure = now;
      long pause = Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(attempts++, 10));
      var _ = control.schedule(this::bind, pause, TimeUnit.SECONDS);
    }

    void serve(Port next) {
      port = next;
      Acceptor accepting = acceptor;
      if (accepting != null) {
        accepting.serve(next);
      }
    }

    CompletableFuture<Void> close() {
      isGone = true;
      Acceptor accepting = acceptor;
      return accepting == null ? CompletableFuture.completedFuture(null) : accepting.close();
    }
  }
}
