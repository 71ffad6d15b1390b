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

/** Probes one target as the prober would. */
final class ProbeDriver implements AutoCloseable {
  private static final MultiThreadIoEventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final Prober prober;
  private final Duration timeout;

  ProbeDriver(int port, ProbeSpec spec, Duration timeout) {
    this.timeout = timeout;
    this.prober =
        new Probers(NioSocketChannel.class, NioDatagramChannel.class, new TlsContexts())
            .of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), spec);
  }

  ProbeDriver(int port, ProbeSpec spec) {
    this(port, spec, Duration.ofSeconds(5));
  }

  /** Begins an attempt some time from now, whatever else is under way. */
  CompletableFuture<Outcome> ask(boolean isFresh, Duration in) {
    var ended = new CompletableFuture<Outcome>();
    var loop = LOOPS.next();
    Runnable probe =
        () ->
            prober.probe(
                isFresh, new Attempt(loop, System::nanoTime, timeout.toNanos(), ended::complete));
    if (in.isZero()) {
      loop.execute(probe);
    } else {
      var _ = loop.schedule(probe, in.toNanos(), TimeUnit.NANOSECONDS);
    }
    return ended.orTimeout(20, TimeUnit.SECONDS);
  }

  Outcome probe(boolean isFresh) {
    return ask(isFresh, Duration.ZERO).join();
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

  /** Watches no longer. */
  void forget() {
    LOOPS.next().submit(prober::close).syncUninterruptibly();
  }

  @Override
  public void close() {
    forget();
  }
}
