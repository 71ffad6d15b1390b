package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An accepted socket against a client of the JDK, each on its own side of the kernel. */
class AcceptedSocketTest {
  private static final int PATIENCE_SECONDS = 10;

  /** More than both sides' kernels take. */
  private static final int SIZE = 8 << 20;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, Transport.epoll().handlers());
  private final BlockingQueue<AcceptedSocket> accepted = new LinkedBlockingQueue<>();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final List<Object> events = new CopyOnWriteArrayList<>();
  private boolean isHalfClosureAllowed;
  private boolean isReadingAtOnce = true;

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private InetSocketAddress listen(String address) {
    ServerSocketChannel listening = Transport.epoll().newServer().get();
    Transport.epoll().bequest().accept(listening);
    listening
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                begin((AcceptedSocket) message);
              }
            });
    group.register(listening).awaitUninterruptibly();
    listening.bind(new InetSocketAddress(address, 0)).syncUninterruptibly();
    return listening.localAddress();
  }

  private void begin(AcceptedSocket socket) {
    socket.config().setAllowHalfClosure(isHalfClosureAllowed).setAutoRead(isReadingAtOnce);
    socket
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf in = (ByteBuf) message;
                received.add(in.toString(StandardCharsets.US_ASCII));
                in.release();
              }

              @Override
              public void userEventTriggered(ChannelHandlerContext context, Object event) {
                events.add(event);
              }

              @Override
              public void channelInactive(ChannelHandlerContext context) {
                events.add("inactive");
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                events.add(cause);
              }
            });
    group.register(socket).addListener(registered -> accepted.add(socket));
  }

  private static Socket connect(InetSocketAddress to) throws IOException {
    var client = new Socket();
    client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    client.connect(to);
    return client;
  }

  private AcceptedSocket next() throws InterruptedException {
    AcceptedSocket socket = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(socket).isNotNull();
    return socket;
  }

  /** Runs on the event loop, and waits for it. */
  private static void onLoop(Channel channel, Runnable task)
      throws InterruptedException, ExecutionException {
    channel.eventLoop().submit(task).get();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void shouldKnowBothAddressesAtASpecificAndAtAnyAddress() throws Exception {
    for (String address : List.of("127.0.0.1", "0.0.0.0", "::1", "::")) {
      InetSocketAddress listening = listen(address);
      InetAddress to = InetAddress.getByName(address.contains(":") ? "::1" : "127.0.0.1");
      try (Socket client = connect(new InetSocketAddress(to, listening.getPort()))) {
        AcceptedSocket socket = next();

        assertThat(socket.localAddress()).isEqualTo(client.getRemoteSocketAddress());
        assertThat(socket.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
      }
    }
  }

  @Test
  void shouldCarryBytesOfEveryKindOfBufferInOrder() throws Exception {
    try (Socket client = connect(listen("127.0.0.1"))) {
      client.getOutputStream().write(ascii("hello"));
      AcceptedSocket socket = next();
      CompositeByteBuf composite = Unpooled.compositeBuffer(300);
      for (int i = 0; i < 300; i++) {
        composite.addComponent(true, Unpooled.directBuffer(1).writeByte('c'));
      }
      onLoop(
          socket,
          () -> {
            Sockets.write(socket, Unpooled.EMPTY_BUFFER);
            Sockets.write(socket, Unpooled.wrappedBuffer(ascii("heap ")));
            Sockets.write(socket, Unpooled.directBuffer().writeBytes(ascii("direct ")));
            Sockets.write(socket, composite);
            for (int i = 0; i < 300; i++) {
              Sockets.write(socket, Unpooled.directBuffer(1).writeByte('d'));
            }
            socket.flush();
            Sockets.writeAll(socket, Unpooled.directBuffer().writeBytes(ascii("!")));
          });

      String answer =
          new String(client.getInputStream().readNBytes(13 + 601 - 1), StandardCharsets.US_ASCII);

      assertThat(answer).isEqualTo("heap direct " + "c".repeat(300) + "d".repeat(300) + "!");
      await().until(() -> String.join("", received).equals("hello"));
    }
  }

  @Test
  void shouldWriteOnWhenASlowClientTakesSome() throws Exception {
    try (Socket client = connect(listen("127.0.0.1"))) {
      AcceptedSocket socket = next();
      var bytes = new byte[SIZE];
      bytes[SIZE - 1] = 7;
      onLoop(socket, () -> Sockets.writeAll(socket, Unpooled.directBuffer(SIZE).writeBytes(bytes)));
      assertThat(socket.unsafe().outboundBuffer().totalPendingWriteBytes()).isPositive();

      assertThat(client.getInputStream().readNBytes(SIZE)).isEqualTo(bytes);
    }
  }

  @Test
  void shouldInheritTheOptionsOfTheListeningSocket() throws Exception {
    try (Socket client = connect(listen("127.0.0.1"))) {
      AcceptedSocket socket = next();

      assertThat(client.isConnected()).isTrue();
      assertThat(socket.config().isTcpNoDelay()).isTrue();
      assertThat(socket.config().isKeepAlive()).isTrue();
      assertThat(socket.config().getSoLinger()).isEqualTo(-1);
    }
  }

  @Test
  void shouldResetWithLingerZero() throws Exception {
    try (Socket client = connect(listen("127.0.0.1"))) {
      AcceptedSocket socket = next();
      onLoop(socket, () -> Sockets.reset(socket));

      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThatThrownBy(socket::socket).isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldCloseAtTheEndUnlessHalfClosureIsAllowed() throws Exception {
    try (Socket client = connect(listen("127.0.0.1"))) {
      AcceptedSocket socket = next();
      client.getOutputStream().write(ascii("last words"));
      client.shutdownOutput();

      assertThat(client.getInputStream().read()).isEqualTo(-1);
      await().until(() -> events.contains("inactive"));
      assertThat(String.join("", received)).isEqualTo("last words");
      assertThat(socket.isOpen()).isFalse();
    }
  }

  @Test
  void shouldEndEachDirectionOnItsOwn() throws Exception {
    isHalfClosureAllowed = true;
    try (Socket client = connect(listen("127.0.0.1"))) {
      AcceptedSocket socket = next();
      client.shutdownOutput();
      await().until(() -> events.contains(ChannelInputShutdownEvent.INSTANCE));
      assertThat(socket.isInputShutdown()).isTrue();

      onLoop(socket, () -> Sockets.writeAll(socket, Unpooled.wrappedBuffer(ascii("still"))));
      assertThat(client.getInputStream().readNBytes(5)).isEqualTo(ascii("still"));

      onLoop(socket, () -> Sockets.endOutput(socket));
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(socket.isShutdown()).isTrue();
      assertThat(events).doesNotContain("inactive");
    }
  }

  @Test
  void shouldLeaveBytesAndTheEndInTheKernelWhileReadingIsPaused() throws Exception {
    isReadingAtOnce = false;
    try (Socket client = connect(listen("127.0.0.1"))) {
      client.getOutputStream().write(ascii("patience"));
      client.shutdownOutput();
      AcceptedSocket socket = next();
      await().until(() -> socket.socket().getSoError() == 0);
      onLoop(socket, () -> assertThat(received).isEmpty());
      assertThat(socket.isOpen()).isTrue();

      socket.config().setAutoRead(true);

      await().until(() -> events.contains("inactive"));
      assertThat(String.join("", received)).isEqualTo("patience");
    }
  }

  @Test
  void shouldNoticeAResetWhileReadingIsPaused() throws Exception {
    isReadingAtOnce = false;
    AcceptedSocket socket;
    try (Socket client = connect(listen("127.0.0.1"))) {
      socket = next();
      client.setSoLinger(true, 0);
    }

    await().until(() -> !socket.isOpen());
    await().until(() -> events.contains("inactive"));
    assertThat(events.getFirst()).isInstanceOf(IOException.class);
  }

  @Test
  void shouldNoticeAResetOfAClientThatHasSaidItsLast() throws Exception {
    isHalfClosureAllowed = true;
    AcceptedSocket socket;
    try (Socket client = connect(listen("127.0.0.1"))) {
      socket = next();
      client.shutdownOutput();
      await().until(socket::isInputShutdown);
      assertThat(socket.isOpen()).isTrue();
      client.setSoLinger(true, 0);
    }

    await().until(() -> !socket.isOpen());
  }

  @Test
  void shouldNotWaitToWriteWhatIsGivenUp() throws Exception {
    isHalfClosureAllowed = true;
    try (Socket client = connect(listen("127.0.0.1"))) {
      AcceptedSocket socket = next();
      onLoop(socket, () -> Sockets.writeAll(socket, Unpooled.directBuffer(SIZE).writeZero(SIZE)));
      assertThat(socket.isWatched(EpollIoOps.EPOLLOUT)).isTrue();

      onLoop(socket, () -> Sockets.endOutput(socket));

      assertThat(socket.isWatched(EpollIoOps.EPOLLOUT)).isFalse();
      assertThat(client.getInputStream().readAllBytes()).hasSizeLessThan(SIZE);
    }
  }
}
