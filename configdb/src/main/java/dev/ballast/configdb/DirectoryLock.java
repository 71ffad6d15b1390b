package dev.ballast.configdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One owner per directory, on this machine.
 *
 * <p>The operating system drops the lock when its process ends, however it ends. The holder's pid stands in a file of
 * its own: POSIX drops a process's lock as soon as that process closes <em>any</em> descriptor of the locked file, so
 * the locked file is never opened to be read, and a second attempt inside one process never reaches it.
 */
final class DirectoryLock implements AutoCloseable {
  private static final Set<Path> HELD_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /** Throws {@link DatabaseStartFailed}, which names the holder, when the directory is taken. */
  static DirectoryLock acquire(Path existingDirectory) {
    try {
      Path directory = existingDirectory.toRealPath();
      if (!HELD_BY_THIS_PROCESS.add(directory)) {
        throw taken(directory, Long.toString(ProcessHandle.current().pid()));
      }
      return lock(directory);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot lock " + existingDirectory, failure);
    }
  }

  private static DirectoryLock lock(Path directory) throws IOException {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw taken(directory, holder(directory));
      }
      Files.writeString(
          directory.resolve("lock.pid"), Long.toString(ProcessHandle.current().pid()));
      return new DirectoryLock(directory, channel);
    } catch (IOException | RuntimeException failure) {
      if (channel != null) {
        channel.close();
      }
      HELD_BY_THIS_PROCESS.remove(directory);
      throw failure;
    }
  }

  private static String holder(Path directory) {
    try {
      return Files.readString(directory.resolve("lock.pid")).strip();
    } catch (IOException _) {
      return "unknown";
    }
  }

  private static DatabaseStartFailed taken(Path directory, String pid) {
    return new DatabaseStartFailed(
        "the data directory "
            + directory
            + " is in use by the running process "
            + pid
            + ": stop that one, or choose another directory");
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(directory.resolve("lock.pid"));
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      HELD_BY_THIS_PROCESS.remove(directory);
    }
  }
}
