package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, which tells whether the option is on. */
class CorkTest {
  private static final int PATIENCE_SECONDS = 10;

  private static final String LARGE = "x".repeat(Cork.LEAST_HELD);
  private static final String SMALL = "small";

  private ServerSocket listening;
  private EventLoopGroup group;
  private SocketChannel channel;
  private Socket peer;
  private Cork cork;

  @BeforeEach
  void listen() throws IOException {
    listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private void connect(Transport transport) throws IOException {
    group = new MultiThreadIoEventLoopGroup(1, transport.handlers());
    channel = transport.newClient().get();
    channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
    channel.config().setWriteBufferHighWaterMark(LargeBuffer.BYTES);
    group.register(channel).syncUninterruptibly();
    channel.connect(listening.getLocalSocketAddress()).syncUninterruptibly();
    peer = listening.accept();
    peer.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    cork = new Cork(channel);
  }

  @AfterEach
  void stop() throws IOException {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    peer.close();
    listening.close();
  }

  /** In one turn of the event loop, into which no time limit can come. */
  private void inOneTurn(Runnable steps) throws InterruptedException, ExecutionException {
    channel.eventLoop().submit(steps).get();
  }

  private void write(String text) {
    Sockets.write(channel, Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  private boolean isOn() {
    return ((EpollSocketChannel) channel).config().isTcpCork();
  }

  private String read(int length) throws IOException {
    return new String(peer.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
  }

  @Test
  void shouldStayOnWhileLargeReadsFollowOneAnother() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          for (int turn = 0; turn < 3; turn++) {
            write(LARGE);
            cork.flushInTime();
            cork.flush();
            assertThat(isOn()).isTrue();
          }
        });
  }

  @Test
  void shouldComeOffWithTheFirstSmallRead() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          write(LARGE);
          cork.flushInTime();
          cork.flush();
          write(SMALL);
          cork.flush();
          assertThat(isOn()).isFalse();
        });
    assertThat(read(LARGE.length() + SMALL.length())).isEqualTo(LARGE + SMALL);
  }

  @Test
  void shouldComeOffAtTheEndOfTheBody() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          write(LARGE);
          cork.flushInTime();
          write(SMALL);
          cork.flushLast();
          assertThat(isOn()).isFalse();
        });
    assertThat(read(LARGE.length() + SMALL.length())).isEqualTo(LARGE + SMALL);
  }

  @Test
  void shouldComeOffWhenNothingFollows() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          write(LARGE);
          cork.flushInTime();
          cork.flush();
          assertThat(isOn()).isTrue();
        });
    assertThat(read(LARGE.length())).isEqualTo(LARGE);
    await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> !isOn());
  }

  @Test
  void shouldGoOnAgainAfterItCameOff() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          for (int body = 0; body < 2; body++) {
            write(LARGE);
            cork.flushInTime();
            assertThat(isOn()).isTrue();
            cork.flushLast();
            assertThat(isOn()).isFalse();
          }
        });
    await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> !isOn());
  }

  @Test
  void shouldNotBeNeededForSmallAnswers() throws Exception {
    connect(Transport.epoll());
    channel.config().setWriteBufferHighWaterMark(2 * LargeBuffer.BYTES);

    inOneTurn(
        () -> {
          write(SMALL);
          cork.flushInTime();
          assertThat(isOn()).isFalse();
          assertThat(Sockets.waiting(channel)).isPositive();
          cork.flush();
          assertThat(isOn()).isFalse();
        });
    assertThat(read(SMALL.length())).isEqualTo(SMALL);
  }

  @Test
  void shouldStayOffWhenLittleIsFlushedForWantOfRoom() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          write(SMALL);
          cork.flushInTime();
          assertThat(Sockets.waiting(channel)).isZero();
          assertThat(isOn()).isFalse();
        });
    assertThat(read(SMALL.length())).isEqualTo(SMALL);
  }

  @Test
  void shouldFlushAllTheSameWhereThereIsNoSuchOption() throws Exception {
    connect(Transport.nio());

    inOneTurn(
        () -> {
          write(LARGE);
          cork.flushInTime();
          cork.flush();
        });
    assertThat(read(LARGE.length())).isEqualTo(LARGE);
  }

  @Test
  void shouldDoNothingOnceTheConnectionHasEnded() throws Exception {
    connect(Transport.epoll());

    inOneTurn(
        () -> {
          write(LARGE);
          cork.flushInTime();
          var _ = channel.close();
          cork.flush();
          cork.flushLast();
          cork.flushInTime();
        });
    assertThat(read(LARGE.length())).isEqualTo(LARGE);
    assertThat(peer.getInputStream().read()).isEqualTo(-1);
  }
}
