package dev.ballast.detection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;

/** Opens a connection each time, and closes it. */
final class TcpProber implements Prober {
  private final Connector connector;

  TcpProber(Connector connector) {
    this.connector = connector;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    connector.connect(
        attempt,
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
          }
        },
        channel -> {
          attempt.good();
          var _ = channel.close();
        });
  }

  @Override
  public void close() {
    // No connection outlives its probe, and a probe ends by itself.
  }
}
