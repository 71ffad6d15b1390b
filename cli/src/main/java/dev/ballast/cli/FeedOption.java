package dev.ballast.cli;

import dev.ballast.configdb.FeedMode;
import picocli.CommandLine.Option;

/** How a controller follows its database. */
final class FeedOption {
  @Option(
      names = "--change-feed",
      paramLabel = "MODE",
      defaultValue = "auto",
      description =
          "auto: by the write-ahead log, and by polling until that is ready; wal: by the log only;"
              + " poll: by polling only.")
  FeedMode mode = FeedMode.AUTO;
}
