package dev.ballast.cli;

import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.locks.EngineUnavailable;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How roles come to their configuration database, which may not be there yet: after a power cut everything starts at once. */
final class DatabaseAccess {
  static final String VARIABLE = "BALLAST_DATABASE_URL";

  private static final Logger log = LoggerFactory.getLogger(DatabaseAccess.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private DatabaseAccess() {}

  static DatabaseSettings settings(String url) {
    try {
      return DatabaseSettings.of(url);
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }

  /** What opens it, tried until it succeeds. */
  static <T> T await(Supplier<T> opening) throws InterruptedException {
    while (true) {
      try {
        return opening.get();
      } catch (DatabaseUnavailable | EngineUnavailable unavailable) {
        log.warn("{}; trying again", Failures.text(unavailable));
        Thread.sleep(PAUSE);
      }
    }
  }
}
