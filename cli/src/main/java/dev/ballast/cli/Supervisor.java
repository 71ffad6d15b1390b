package dev.ballast.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps children running until it is closed: each has a thread of its own ({@link Keeper}). Thread-safe. Every child holds the read end
 * of a pipe from this process as its input, so that it ends with this process however that ends.
 */
final class Supervisor implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(4);

  private final Path logs;
  private final Consumer<String> announce;
  private final Duration patience;
  private final InstantSource clock;
  private final List<Keeper> keepers = new ArrayList<>();
  private boolean isClosed;

  /**
   * @param logs where each child's output goes, as NAME.log
   * @param announce takes a line when a child has died
   * @param patience how long children may take to end when they are asked to
   */
  Supervisor(Path logs, Consumer<String> announce, Duration patience, InstantSource clock) {
    this.logs = logs;
    this.announce = announce;
    this.patience = patience;
    this.clock = clock;
  }

  /** Starts a child, and starts it again whenever it ends; after {@link #close} it does nothing. */
  synchronized void start(Child child) {
    if (!isClosed) {
      var keeper = new Keeper(child, RotatingLog.of(logs, child.name()), announce, clock);
      keepers.add(keeper);
      keeper.start();
    }
  }

  /** Ends all children: asks them to, waits, and kills what is left. */
  @Override
  public synchronized void close() {
    isClosed = true;
    keepers.forEach(Keeper::askToEnd);
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    for (Keeper keeper : keepers) {
      keeper.awaitEnd(Duration.ofNanos(deadlineNanos - System.nanoTime()));
    }
    keepers.forEach(Keeper::kill);
  }
}
