package dev.ballast.cli;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A small server to balance traffic to: HTTP, TCP echo and UDP echo, with faults that can be changed while it runs. For
 * demonstrations and tests: it limits nothing but what its memory limits.
 */
final class BackendServer implements AutoCloseable {
  private static final int BACKLOG = 4_096;

  private final BackendSettings settings;
  private final EventLoopGroup loops;
  private final AtomicReference<BackendFaults> faults;
  private final Supplier<RandomGenerator> random;
  private final List<Channel> channels = new ArrayList<>();

  private BackendServer(
      BackendSettings settings, BackendFaults faults, Supplier<RandomGenerator> random) {
    this.settings = settings;
    this.faults = new AtomicReference<>(faults);
    this.random = random;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoops(),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /**
   * Starts it.
   *
   * @param random gives each thread its own generator, which decides which requests fail
   * @throws CommandFailed when a port can't be bound
   */
  static BackendServer start(
      BackendSettings settings, BackendFaults faults, Supplier<RandomGenerator> random) {
    var server = new BackendServer(settings, faults, random);
    try {
      server.bindAll();
      return server;
    } catch (CommandFailed failure) {
      server.close();
      throw failure;
    }
  }

  private void bindAll() {
    accept(settings.httpPort(), this::http);
    settings.tcpPort().ifPresent(port -> accept(port, this::tcp));
    settings.udpPort().ifPresent(this::receive);
  }

  /** The HTTP port, then the TCP and the UDP port where they are served. */
  List<Integer> ports() {
    return channels.stream()
        .map(channel -> ((InetSocketAddress) channel.localAddress()).getPort())
        .toList();
  }

  private void http(SocketChannel channel) {
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(),
            new HttpServerExpectContinueHandler(),
            new HttpEcho(settings.name(), faults, random));
  }

  private void tcp(SocketChannel channel) {
    channel.pipeline().addLast(new TcpEcho(faults, random));
  }

  private void accept(int port, Consumer<SocketChannel> pipeline) {
    var bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(initializer(pipeline));
    bind("TCP", port, () -> bootstrap.bind(settings.address(), port).sync().channel());
  }

  private void receive(int port) {
    var bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .handler(new UdpEcho());
    bind("UDP", port, () -> bootstrap.bind(settings.address(), port).sync().channel());
  }

  private static ChannelHandler initializer(Consumer<SocketChannel> pipeline) {
    return new ChannelInitializer<SocketChannel>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        pipeline.accept(channel);
      }
    };
  }

  /** Binding may fail with an {@link java.io.IOException} that Netty throws undeclared. */
  private interface Binding {
    Channel bind() throws Exception;
  }

  private void bind(String protocol, int port, Binding binding) {
    try {
      channels.add(binding.bind());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted");
    } catch (Exception failure) {
      throw new CommandFailed(
          "cannot listen on %s port %d of %s: %s"
              .formatted(
                  protocol, port, settings.address().getHostAddress(), failure.getMessage()));
    }
  }

  @Override
  public void close() {
    channels.forEach(channel -> channel.close().awaitUninterruptibly());
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
