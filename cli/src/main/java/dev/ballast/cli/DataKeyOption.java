package dev.ballast.cli;

import dev.ballast.model.DataKey;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the data key is that seals and opens private keys and the keys of fleets. */
final class DataKeyOption {
  @Option(
      names = "--data-key-file",
      paramLabel = "FILE",
      description =
          "A file with the data key, which seals private keys and the keys of fleets in the database: 32 bytes in base64 or"
              + " hexadecimal digits, readable by its owner only; the same for every controller and LB server (default: none,"
              + " or that of --data for a controller with its own database).")
  @Nullable Path file;

  /** The data key, if a file was given. */
  Optional<DataKey> read(Shell shell) {
    return Optional.ofNullable(file).map(shell.directory()::resolve).map(KeyFiles::dataKey);
  }
}
