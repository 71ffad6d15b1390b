package dev.ballast.sync;

import dev.ballast.model.InvalidInput;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good snapshot on disk, in the encoding of the wire, which proves its own checksum. Written whole beside the old
 * one, forced to the disk, and renamed over it: after a crash there is the old one or the new one, never half of one.
 */
record SnapshotFile(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFile.class);

  /** A larger file is not ours. */
  static final long BYTE_LIMIT = 512L << 20;

  /** The snapshot, if there is a good one; a damaged file is reported and put aside. */
  Optional<Snapshot> read() {
    try {
      if (!Files.exists(path)) {
        return Optional.empty();
      }
      if (Files.size(path) > BYTE_LIMIT) {
        return putAside("it has more than " + BYTE_LIMIT + " bytes");
      }
      return Optional.of(Wire.readSnapshot(Files.readString(path)));
    } catch (InvalidInput | IllegalArgumentException e) {
      return putAside(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return putAside(e.toString());
    }
  }

  private Optional<Snapshot> putAside(String why) {
    Path aside = path.resolveSibling(path.getFileName() + ".damaged");
    LOG.warn("The last good snapshot in {} is not used and put aside as {}: {}", path, aside, why);
    try {
      Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("{} could not be put aside: {}", path, e.toString());
    }
    return Optional.empty();
  }

  void write(Snapshot snapshot) throws IOException {
    Path parent = Objects.requireNonNull(path.toAbsolutePath().getParent());
    Files.createDirectories(parent);
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var bytes = ByteBuffer.wrap(Wire.snapshot(snapshot).getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(parent);
  }

  /** So that the rename survives a power cut; some file systems have no such thing, and then it is not needed. */
  private static void forceDirectory(Path directory) {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      LOG.debug("{} can't be forced to the disk: {}", directory, e.toString());
    }
  }
}
