package dev.ballast.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Keeps a data directory for one running system; the operating system lets go of it when the process ends. */
final class DataLock implements AutoCloseable {
  private final FileChannel channel;

  private DataLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the directory, and makes it if it isn't there.
   *
   * @throws CommandFailed that names who has it
   */
  static DataLock acquire(DataDirectory data, Shell shell) throws IOException {
    Files.createDirectories(data.logs());
    var channel =
        FileChannel.open(data.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock(channel) == null) {
      channel.close();
      throw new CommandFailed(
          shell.shown(data.path())
              + " is in use by "
              + data.running()
                  .map(running -> "process " + running.pid() + ", whose API is " + running.server())
                  .orElse("another system that is just starting")
              + ". Stop that one, or give this one another directory with --data");
    }
    return new DataLock(channel);
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
