package dev.ballast.cli;

import java.time.Duration;

/** How long to wait before a child is started again: longer each time, until it has run for a while. */
final class RestartBackoff {
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

  private Duration next = FIRST;

  /** @param ran how long the child had been running when it ended */
  Duration after(Duration ran) {
    if (ran.compareTo(LONG_ENOUGH) >= 0) {
      next = FIRST;
    }
    Duration pause = next;
    next = longest(next.multipliedBy(2));
    return pause;
  }

  private static Duration longest(Duration pause) {
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
