package dev.ballast.detection;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Sends a datagram from a socket of its own, which only hears the target, and waits for the answer. A closed port shows itself by the
 * ICMP message that the kernel hands to a connected socket.
 *
 * @param type of the sockets
 */
record UdpProber(Class<? extends Channel> type, InetSocketAddress address, ProbeSpec.Udp spec)
    implements Prober {

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    attempt.phase("opening a socket");
    var opening =
        new Bootstrap()
            .group(attempt.loop())
            .channel(type)
            .handler(new Answers(attempt))
            .connect(address);
    attempt.on(opening.channel());
    var _ =
        opening.addListener(
            done -> {
              if (done.isSuccess()) {
                attempt.phase("waiting for a datagram");
                var _ = opening.channel().writeAndFlush(Unpooled.wrappedBuffer(spec.request()));
              } else {
                attempt.failed(done.cause());
              }
            });
  }

  @Override
  public void close() {
    // A socket ends with its probe.
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Attempt attempt;

    Answers(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      ByteBuffer expected = spec.expected().duplicate();
      ByteBuffer start =
          packet
              .content()
              .nioBuffer()
              .slice(0, Math.min(expected.remaining(), packet.content().readableBytes()));
      if (start.equals(expected)) {
        attempt.good();
      } else {
        attempt.failed(Outcome.Kind.WRONG, "the answer does not begin with what is expected");
      }
      var _ = context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      attempt.failed(cause);
      var _ = context.close();
    }
  }
}
