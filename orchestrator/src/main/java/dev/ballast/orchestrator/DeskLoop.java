package dev.ballast.orchestrator;

import dev.ballast.model.Snapshot;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that works at the {@link Desk}: everybody else hands it what to do there. Thread-safe.
 *
 * <p>What waits is bounded by who hands it in: of snapshots the latest waits; a few answers of each LB server, as who asks these waits for the desk
 * before each round; what one transaction has settled; two words for each share; and a target's verdicts, each of which takes a probe at
 * least. A desk that does not work any more shows at {@code /healthz}.
 */
final class DeskLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeskLoop.class);
  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  /** Handed in together, these are followed by one turn of the desk. */
  private static final int TOGETHER = 10_000;

  private final LinkedBlockingQueue<Consumer<Desk>> work = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Snapshot> latest = new AtomicReference<>();
  private final LongSupplier nanos;
  private volatile boolean isClosed;

  DeskLoop(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Begins to work; what was handed in before is done first. */
  void start(Desk desk) {
    Thread.ofPlatform().name("ballast-desk").daemon().start(() -> run(desk));
  }

  /** The configuration is this now, soon, unless a later one comes before. */
  void use(Snapshot next) {
    if (latest.getAndSet(next) == null) {
      execute(desk -> desk.use(Objects.requireNonNull(latest.getAndSet(null))));
    }
  }

  /** Does it at the desk, soon. */
  void execute(Consumer<Desk> task) {
    work.add(task);
  }

  /** Does it at the desk; what it answers. Never completes once this is closed. */
  <T> CompletableFuture<T> call(Function<Desk, T> question) {
    var answer = new CompletableFuture<T>();
    work.add(
        desk -> {
          try {
            answer.complete(question.apply(desk));
          } catch (Throwable e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private void run(Desk desk) {
    long tickAt = nanos.getAsLong() + TICK_NANOS;
    try {
      while (!isClosed) {
        long left = Math.max(0, tickAt - nanos.getAsLong());
        Consumer<Desk> first = work.poll(left, TimeUnit.NANOSECONDS);
        if (first != null) {
          doAll(first, desk);
        }
        if (tickAt - nanos.getAsLong() <= 0) {
          tickAt = nanos.getAsLong() + TICK_NANOS;
          guarded(Desk::tick, desk);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void doAll(Consumer<Desk> first, Desk desk) {
    Consumer<Desk> task = first;
    for (int done = 0; task != null && done < TOGETHER; done++) {
      guarded(task, desk);
      task = work.poll();
    }
    if (task != null) {
      guarded(task, desk);
    }
    guarded(Desk::turn, desk);
  }

  /** A mistake in one thing, even want of memory, must not end the work on all others. */
  private static void guarded(Consumer<Desk> task, Desk desk) {
    try {
      task.accept(desk);
    } catch (Throwable mistake) {
      LOG.error("Something could not be done; everything else goes on", mistake);
    }
  }

  @Override
  public void close() {
    work.add(_ -> isClosed = true);
  }
}
