package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Probes one target as the prober would, one attempt at a time. */
final class ProbeDriver implements AutoCloseable {
  private static final MultiThreadIoEventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final Prober prober;
  private final Duration timeout;

  ProbeDriver(int port, ProbeSpec spec, Duration timeout) {
    this.timeout = timeout;
    this.prober =
        new Probers(NioSocketChannel.class, NioDatagramChannel.class, new TlsContexts(), true)
            .of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), spec);
  }

  ProbeDriver(int port, ProbeSpec spec) {
    this(port, spec, Duration.ofSeconds(5));
  }

  Outcome probe(boolean isFresh) {
    var ended = new CompletableFuture<Outcome>();
    var loop = LOOPS.next();
    loop.execute(
        () ->
            prober.probe(
                isFresh, new Attempt(loop, System::nanoTime, timeout.toNanos(), ended::complete)));
    return ended.orTimeout(20, TimeUnit.SECONDS).join();
  }

  void assertGood() {
    assertThat(probe(false)).isInstanceOf(Outcome.Good.class);
  }

  void assertFails(Outcome.Kind kind, String reason) {
    assertThat(probe(false))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).contains(reason);
              assertThat(failed.kind()).isEqualTo(kind);
            });
  }

  @Override
  public void close() {
    LOOPS.next().submit(prober::close).syncUninterruptibly();
  }
}
