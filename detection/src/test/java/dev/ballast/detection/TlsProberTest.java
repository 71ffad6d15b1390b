package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.Opening;
import dev.ballast.detection.ProbeSpec.TlsSpec;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 with and without TLS, and what a certificate has to be. */
class TlsProberTest {
  private static final MultiThreadIoEventLoopGroup SERVER =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private static X509Bundle certificate;

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificate =
        new CertificateBuilder()
            .subject("CN=shop.test")
            .addSanDnsName("shop.test")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  @AfterAll
  static void stopServers() {
    var _ = SERVER.shutdownGracefully();
  }

  private static int serve(boolean isTls, int status) throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(certificate.toKeyManagerFactory())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    "h2"))
            .build();
    var answers =
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel stream) {
            stream.pipeline().addLast(new Answer(status));
          }
        };
    var bound =
        new ServerBootstrap()
            .group(SERVER)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (isTls) {
                      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forServer().build(),
                            new Http2MultiplexHandler(answers),
                            new Refused());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync();
    return ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  /** A prober that does not trust this server breaks off: what that looks like from here does not matter. */
  private static final class Refused extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }

  private static final class Answer extends SimpleChannelInboundHandler<Http2HeadersFrame> {
    private final int status;

    Answer(int status) {
      this.status = status;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Http2HeadersFrame request) {
      var head = new DefaultHttp2Headers().status(Integer.toString(status));
      var _ =
          context.writeAndFlush(new DefaultHttp2HeadersFrame(head, true), context.voidPromise());
    }
  }

  private static ProbeDriver driver(int port, @Nullable TlsSpec tls) {
    return new ProbeDriver(
        port,
        new ProbeSpec.Http(
            true,
            tls,
            Opening.NOTHING,
            "GET",
            "/healthz",
            "shop.test",
            Map.of(),
            Statuses.SUCCESS,
            null));
  }

  @Test
  void shouldAskOverHttp2WithPriorKnowledge() throws Exception {
    try (var good = driver(serve(false, 204), null);
        var bad = driver(serve(false, 503), null)) {
      good.assertGood();
      good.assertGood();
      assertThat(good.probe(true)).isInstanceOf(Outcome.Good.class);
      bad.assertFails(Kind.WRONG, "status 503, wanted 200–299");
    }
  }

  @Test
  void shouldVerifyTheCertificateUnlessToldNotTo() throws Exception {
    int port = serve(true, 200);
    String authority = certificate.getCertificatePathPEM();
    try (var trusting = driver(port, new TlsSpec(true, "shop.test", authority));
        var otherName = driver(port, new TlsSpec(true, "other.test", authority));
        var stranger = driver(port, new TlsSpec(true, "shop.test", ""));
        var careless = driver(port, new TlsSpec(false, "other.test", ""))) {
      trusting.assertGood();
      trusting.assertGood();
      careless.assertGood();
      otherName.assertFails(Kind.WRONG, "TLS failed");
      stranger.assertFails(Kind.WRONG, "TLS failed");
    }
  }
}
