package dev.ballast.sync;

import dev.ballast.sync.Unanswered.Remedy;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one watch. A thread of its own reads them into a bounded queue (when we are slow the controller feels it, and
 * cuts us off rather than wait); the owner takes them with a time limit, so that silence shows.
 */
final class Watch implements AutoCloseable {
  private static final int QUEUE_LIMIT = 256;

  private final InputStream in;
  private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(QUEUE_LIMIT);
  private final Thread reader;

  private sealed interface Heard {
    record Line(String text) implements Heard {}

    record Ended(String why) implements Heard {}
  }

  Watch(InputStream in) {
    this.in = in;
    this.reader = Thread.ofVirtual().name("watch-reader").start(this::read);
  }

  private void read() {
    var lines = new LineReader(in, LineReader.LINE_LIMIT);
    try {
      @Nullable String line = lines.next();
      while (line != null) {
        heard.put(new Heard.Line(line));
        line = lines.next();
      }
      heard.put(new Heard.Ended("the controller ended the watch"));
    } catch (IOException e) {
      end("the watch broke: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(String why) {
    try {
      heard.put(new Heard.Ended(why));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The next line; empty when none came in time.
   *
   * @throws Unanswered when the watch has ended
   */
  Optional<String> next(Duration limit) throws Unanswered, InterruptedException {
    return switch (heard.poll(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      case null -> Optional.empty();
      case Heard.Line(String text) -> Optional.of(text);
      case Heard.Ended(String why) -> throw new Unanswered(Remedy.RETRY, why);
    };
  }

  @Override
  public void close() {
    reader.interrupt();
    try {
      in.close();
    } catch (IOException e) {
      // It is closed as far as we are concerned.
      return;
    }
  }
}
