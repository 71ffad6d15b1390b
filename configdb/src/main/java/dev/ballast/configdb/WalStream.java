package dev.ballast.configdb;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyDual;

/**
 * Reads committed transactions out of the WAL through a temporary slot of its own, which goes when the connection goes.
 *
 * <p>The loop is our own over the driver's {@code copyDual}: its replication stream keeps a server that shuts down
 * waiting, and its {@code close} from another thread hangs. Reading blocks in the socket, so an idle stream costs
 * nothing; the server asks for a sign of life when it wants one. {@link #abort} may be called from any thread and frees
 * the reader at once; everything else belongs to the reading thread.
 */
final class WalStream implements AutoCloseable {
  /** Streaming replication messages (PostgreSQL's documentation, "Streaming Replication Protocol"). */
  private static final int XLOG_HEADER = 1 + 8 + 8 + 8;

  private static final int STATUS_LENGTH = 1 + 8 + 8 + 8 + 8 + 1;
  private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final Duration CONFIRM_EVERY = Duration.ofSeconds(1);

  private final Connection connection;
  private final InstantSource clock;
  private final String slot =
      "ballast_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  private final Transactions transactions = new Transactions(Transactions.ITEM_LIMIT);
  private @Nullable CopyDual copy;
  private long receivedLsn;
  private Instant confirmed = Instant.EPOCH;
  private long received;
  private volatile long bytesRead;
  private volatile boolean isWaiting;

  private WalStream(Connection connection, InstantSource clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /** Connects; {@link #createSlot} comes next. */
  static WalStream connect(DatabaseSettings settings, InstantSource clock) throws SQLException {
    return new WalStream(settings.connectForReplication(), clock);
  }

  /** Whom PostgreSQL knows this connection as. */
  int backendPid() {
    try {
      return connection.unwrap(PGConnection.class).getBackendPID();
    } catch (SQLException _) {
      return 0;
    }
  }

  /**
   * Creates the slot: every transaction that commits from its return on will be in the stream. Waits, without bound, for
   * all transactions that were writing when it began.
   */
  void createSlot() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE_REPLICATION_SLOT " + slot + " TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT");
    }
  }

  /** Begins to stream. */
  void start() throws SQLException {
    copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyDual(
                "START_REPLICATION SLOT "
                    + slot
                    + " LOGICAL 0/0 (proto_version '1', publication_names '\"ballast\"')");
  }

  /** Waits for the next committed transaction; empty when the server has ended the stream. */
  Optional<Transactions.Outcome> next() throws SQLException {
    CopyDual stream = copy;
    if (stream == null) {
      throw new IllegalStateException("the stream has not been started");
    }
    while (true) {
      isWaiting = true;
      byte[] bytes = stream.readFromCopy(true);
      isWaiting = false;
      if (bytes == null) {
        return Optional.empty();
      }
      received += bytes.length;
      bytesRead = received;
      Optional<Transactions.Outcome> outcome = receive(stream, ByteBuffer.wrap(bytes));
      if (outcome.isPresent()) {
        return outcome;
      }
    }
  }

  private Optional<Transactions.Outcome> receive(CopyDual stream, ByteBuffer message)
      throws SQLException {
    char type = (char) message.get(0);
    if (type == 'k') {
      keepAlive(stream, message);
      return Optional.empty();
    }
    if (type != 'w') {
      return Optional.empty();
    }
    Optional<Transactions.Outcome> outcome =
        transactions.add(Pgoutput.decode(message.position(XLOG_HEADER)));
    if (outcome.isPresent()) {
      receivedLsn = Math.max(receivedLsn, outcome.get().endLsn());
      if (Duration.between(confirmed, clock.instant()).compareTo(CONFIRM_EVERY) >= 0) {
        confirm(stream);
      }
    }
    return outcome;
  }

  /** Between transactions the server's own position counts as received: so an idle slot keeps no WAL. */
  private void keepAlive(CopyDual stream, ByteBuffer message) throws SQLException {
    long serverLsn = message.getLong(1);
    boolean isReplyWanted = message.get(1 + 8 + 8) != 0;
    if (!transactions.isOpen()) {
      receivedLsn = Math.max(receivedLsn, serverLsn);
    }
    if (isReplyWanted) {
      confirm(stream);
    }
  }

  private void confirm(CopyDual stream) throws SQLException {
    confirmed = clock.instant();
    byte[] status =
        ByteBuffer.allocate(STATUS_LENGTH)
            .put((byte) 'r')
            .putLong(receivedLsn)
            .putLong(receivedLsn)
            .putLong(receivedLsn)
            .putLong(Duration.between(POSTGRES_EPOCH, confirmed).toNanos() / 1_000)
            .put((byte) 0)
            .array();
    stream.writeToCopy(status, 0, status.length);
    stream.flushCopy();
  }

  /** Grows while there is life in the stream; readable from any thread. */
  long bytesRead() {
    return bytesRead;
  }

  /** Whether the reader waits for the server, rather than the stream for its reader; readable from any thread. */
  boolean isWaiting() {
    return isWaiting;
  }

  /** Breaks the connection under whatever uses it. */
  void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // It is closed already.
    }
  }

  @Override
  public void close() {
    abort();
  }
}
