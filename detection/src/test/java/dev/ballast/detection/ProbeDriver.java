package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Probes one target as the prober would. */
final class ProbeDriver implements AutoCloseable {
  private static final EventLoop LOOP =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();

  /** As many programs may run at once. */
  static final int PROGRAMS_AT_ONCE = 64;

  private static final Semaphore PROGRAMS = new Semaphore(PROGRAMS_AT_ONCE);

  private final Prober prober;
  private final Duration timeout;

  ProbeDriver(int port, ProbeSpec spec, Duration timeout) {
    this.timeout = timeout;
    this.prober =
        new Probers(NioSocketChannel.class, NioDatagramChannel.class, new TlsContexts(), PROGRAMS)
            .of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), spec);
  }

  ProbeDriver(int port, ProbeSpec spec) {
    this(port, spec, Duration.ofSeconds(5));
  }

  /** Begins an attempt some time from now, whatever else is under way. */
  CompletableFuture<Outcome> ask(boolean isFresh, Duration in) {
    var ended = new CompletableFuture<Outcome>();
    var _ = LOOP.schedule(() -> begin(isFresh, ended), in.toNanos(), TimeUnit.NANOSECONDS);
    return ended.orTimeout(20, TimeUnit.SECONDS);
  }

  /** Begins two attempts in one turn of the loop: the first afresh. */
  List<CompletableFuture<Outcome>> askTwice() {
    var first = new CompletableFuture<Outcome>();
    var second = new CompletableFuture<Outcome>();
    LOOP.execute(
        () -> {
          begin(true, first);
          begin(false, second);
        });
    return List.of(first.orTimeout(20, TimeUnit.SECONDS), second.orTimeout(20, TimeUnit.SECONDS));
  }

  private void begin(boolean isFresh, CompletableFuture<Outcome> ended) {
    prober.probe(isFresh, new Attempt(LOOP, System::nanoTime, timeout.toNanos(), ended::complete));
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
    LOOP.submit(prober::close).syncUninterruptibly();
  }

  @Override
  public void close() {
    forget();
  }
}
