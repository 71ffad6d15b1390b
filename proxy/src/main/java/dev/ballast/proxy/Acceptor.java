package dev.ballast.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the connections of one listening socket and hands each to the next event loop, with the handler that the port's
 * protocol asks for. One socket with one accepting loop, rather than one per loop with SO_REUSEPORT: the loops get long
 * connections evenly, a port in use is noticed, and the socket can be closed without losing what the kernel has queued.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final long PAUSE_MILLIS = 100;

  /** Looks into the queue in a row that find nothing, before the socket is closed. */
  private static final int QUIET_LOOKS = 2;

  private static final int MOST_LOOKS = 500;

  /** For the handshakes that are under way when newcomers are kept away. */
  private static final int HANDSHAKE_LOOKS = 50;

  private static final long LOOK_MILLIS = 2;

  private final Loop own;
  private final Loops loops;
  private final ServerSocketChannel channel;
  private final Admission admission;
  private volatile Port port;
  private int acceptedSinceLook;

  Acceptor(Loop own, Loops loops, ServerSocketChannel channel, Port port) {
    this.own = own;
    this.loops = loops;
    this.channel = channel;
    this.port = port;
    this.admission = own.admission();
  }

  /** What connections accepted from now on are served by. */
  void serve(Port next) {
    port = next;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    SocketChannel client = (SocketChannel) message;
    acceptedSinceLook++;
    InetSocketAddress from = client.remoteAddress();
    if (from == null) {
      client.unsafe().closeForcibly();
    } else if (!admission.enter()) {
      refuse(client, Counter.CONNECTIONS_REFUSED);
    } else {
      admit(client, from);
    }
  }

  /** The connections of a front proxy count for the clients that it names. */
  private void admit(SocketChannel client, InetSocketAddress from) {
    Port served = port;
    boolean isFronted = Opening.isFronted(served, from);
    if (isFronted || admission.enter(from.getAddress())) {
      start(client, loops.next(), served, isFronted);
    } else {
      admission.leave();
      refuse(client, Counter.CONNECTIONS_REFUSED_BY_ADDRESS);
    }
  }

  /** With a reset: the client knows at once, and nothing of it stays here. */
  private void refuse(SocketChannel client, Counter why) {
    own.count(why);
    client.config().setSoLinger(0);
    client.unsafe().closeForcibly();
  }

  private static void start(SocketChannel client, Loop loop, Port served, boolean isFronted) {
    Sockets.configureAccepted(client, loop);
    Opening.begin(loop, served, client, isFronted);
    var _ =
        loop.eventLoop()
            .register(client)
            .addListener(registered -> dismiss(client, loop, isFronted, registered.cause()));
  }

  /** One that could not be registered has begun nothing: it only gives its place back. */
  private static void dismiss(
      SocketChannel client, Loop loop, boolean isFronted, @Nullable Throwable trouble) {
    if (trouble == null) {
      return;
    }
    loop.count(Counter.ACCEPT_FAILURES);
    loop.admission().leave();
    InetSocketAddress from = client.remoteAddress();
    if (!isFronted && from != null) {
      loop.admission().leave(from.getAddress());
    }
    Sockets.close(client);
  }

  /** Most likely there is no file descriptor left; trying again at once would only burn the processor. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    own.count(Counter.ACCEPT_FAILURES);
    channel.config().setAutoRead(false);
    var _ =
        own.eventLoop()
            .schedule(
                () -> channel.config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Begins no connection any more, accepts those that the kernel has begun, and closes the socket. */
  CompletableFuture<Void> close() {
    var closed = new CompletableFuture<Void>();
    own.eventLoop()
        .execute(
            () -> {
              int least = Newcomers.keepAway(channel) ? HANDSHAKE_LOOKS : 0;
              closeWhenQuiet(0, -least, closed);
            });
    return closed;
  }

  /** The event loop looks for connections between two scheduled tasks, so quiet looks mean an empty queue. */
  private void closeWhenQuiet(int looks, int quietLooks, CompletableFuture<Void> closed) {
    int quiet = acceptedSinceLook == 0 || quietLooks < 0 ? quietLooks + 1 : 0;
    acceptedSinceLook = 0;
    if (quiet > QUIET_LOOKS || looks >= MOST_LOOKS) {
      channel.close().addListener(done -> closed.complete(null));
    } else {
      var _ =
          own.eventLoop()
              .schedule(
                  () -> closeWhenQuiet(looks + 1, quiet, closed),
                  LOOK_MILLIS,
                  TimeUnit.MILLISECONDS);
    }
  }
}
