package dev.ballast.proxy;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The event loops of an LB server. New connections go to them in turn, so that long ones end up evenly spread. */
final class Loops {
  private final EventLoopGroup group;
  private final List<Loop> all;
  private final AtomicInteger turn = new AtomicInteger();

  private Loops(EventLoopGroup group, List<Loop> all) {
    this.group = group;
    this.all = all;
  }

  /** @param random from which each loop gets a source of chance of its own */
  static Loops start(
      int count,
      Transport transport,
      Limits limits,
      Admission admission,
      LogWriter log,
      Ticker ticker,
      RandomGenerator random) {
    var group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("ballast-loop", true), transport.handlers());
    var all = new ArrayList<Loop>();
    var budget = new BufferBudget(limits, count);
    for (EventExecutor executor : group) {
      var own = new SplittableRandom(random.nextLong());
      all.add(
          new Loop(
              all.size(),
              (EventLoop) executor,
              transport,
              limits,
              admission,
              budget,
              log,
              ticker,
              own));
    }
    all.forEach(loop -> loop.eventLoop().execute(loop::start));
    return new Loops(group, List.copyOf(all));
  }

  List<Loop> all() {
    return all;
  }

  int count() {
    return all.size();
  }

  /** The loop that owns the next connection. */
  Loop next() {
    return all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
  }

  /**
   * Does it on each loop, behind all that the loops were given before. Returns when it is done, or the time is over: a loop may be
   * stuck.
   */
  void onEach(Consumer<Loop> work, Duration atMost) {
    CompletableFuture<?>[] done =
        all.stream()
            .map(loop -> CompletableFuture.runAsync(() -> work.accept(loop), loop.eventLoop()))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(done)
        .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(late -> null)
        .join();
  }

  long sum(Counter what) {
    return all.stream().mapToLong(loop -> loop.counts().read(what)).sum();
  }

  void stop(Duration atMost) {
    group
        .shutdownGracefully(0, atMost.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(atMost.toMillis() + 1_000);
  }
}
