package dev.ballast.cli;

import dev.ballast.model.DataKey;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files that hold keys. Only their owner may read them; no message repeats what they hold. */
final class KeyFiles {
  private static final Set<PosixFilePermission> OF_OWNER =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private KeyFiles() {}

  /**
   * Reads the file of {@code --data-key-file}.
   *
   * @throws CommandFailed when it can't be read, is open to others, or holds no data key
   */
  static DataKey dataKey(Path file) {
    try {
      return DataKey.parse(read(file));
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, file + ": " + Failures.text(invalid));
    }
  }

  /**
   * Reads the file of {@code --keys}.
   *
   * @throws CommandFailed when it can't be read, is open to others, or holds no keys
   */
  static FleetSecrets fleetKeys(Path file) {
    try {
      return FleetSecrets.parse(read(file));
    } catch (InvalidInput invalid) {
      throw new CommandFailed(ExitCode.USAGE, file + ": " + Failures.text(invalid));
    }
  }

  private static String read(Path file) {
    try {
      requireOwnerOnly(file);
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new CommandFailed(
          ExitCode.USAGE, "cannot read the key file: " + Failures.text(unreadable));
    }
  }

  private static void requireOwnerOnly(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OF_OWNER.containsAll(permissions)) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "%s holds a key and is open to others (%s): chmod 600 %s"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
  }
}
