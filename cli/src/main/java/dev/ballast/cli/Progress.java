package dev.ballast.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * What a start is busy with: one line that is written over on a terminal, and plain lines where they are kept. Thread-safe.
 */
final class Progress {
  private static final String START_OF_LINE = "\r\u001b[K";

  private final Terminal terminal;
  private final InstantSource clock;
  private final Instant began;
  private boolean isLineOpen;
  private boolean isFinished;

  Progress(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.began = clock.instant();
  }

  /** What it is busy with from now on. */
  synchronized void step(String what) {
    if (isFinished) {
      terminal.out().println(what);
    } else if (terminal.isInteractive()) {
      terminal.out().print(START_OF_LINE + "  " + terminal.paint(Colour.DIM, what + " …"));
      isLineOpen = true;
    } else {
      terminal.out().println("%6s  %s".formatted(seconds(), what));
    }
    terminal.out().flush();
  }

  /** A line that stays. */
  synchronized void say(String line) {
    clear();
    terminal.out().println(line);
    terminal.out().flush();
  }

  /** The start is over: what comes from now on are lines that stay. */
  synchronized void finish() {
    clear();
    isFinished = true;
  }

  /** Takes the line that is written over away. */
  synchronized void clear() {
    if (isLineOpen) {
      terminal.out().print(START_OF_LINE);
      isLineOpen = false;
    }
  }

  /** The time since the start, as {@code 3.9 s}. */
  String seconds() {
    long millis = Duration.between(began, clock.instant()).toMillis();
    return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
  }
}
