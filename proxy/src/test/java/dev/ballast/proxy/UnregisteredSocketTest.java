package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;

/** A socket whose connect fails before an event loop knows it. */
class UnregisteredSocketTest {
  @Test
  void shouldCloseASocketThatNoEventLoopKnows() {
    SocketChannel channel = Transport.epoll().newClient().get();

    Sockets.close(channel);

    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.closeFuture().isDone()).as("told whoever counts it").isTrue();
  }
}
