package dev.ballast.configdb;

import dev.ballast.configdb.ConfigStore.Fence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The schema of module locks in the same database, as its own script makes it, and what its engine would do. */
record LockSchema(Consumer<String> database, UnaryOperator<String> answers) {
  private static final Path SCRIPT =
      Path.of("..", "locks", "src", "main", "resources", "dev/ballast/locks/postgres-1.sql");

  static LockSchema make(SharedPostgres postgres) {
    return make(postgres::execute, postgres::query);
  }

  /**
   * Makes the schema anew.
   *
   * @param database executes a statement
   * @param answers asks a question, and has the first column of the first row
   */
  static LockSchema make(Consumer<String> database, UnaryOperator<String> answers) {
    database.accept("DROP SCHEMA IF EXISTS ballast_locks CASCADE");
    database.accept("CREATE SCHEMA ballast_locks");
    try {
      database.accept(Files.readString(SCRIPT));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return new LockSchema(database, answers);
  }

  void open(String lease, Duration ttl) {
    database.accept(
        "SELECT ballast_locks.open('%s', 'a test', %d)".formatted(lease, ttl.toMillis() * 1_000));
  }

  /** Takes a lock that nobody has. */
  Fence take(String lease, String lock) {
    return new Fence(lock, Long.parseLong(claim(lease, lock)));
  }

  /** The token, or {@code null} where it is not to be had. */
  String claim(String lease, String lock) {
    return answers.apply(
        "SELECT tokens[1] FROM ballast_locks.claim('%s', ARRAY['%s'], ARRAY[1], ARRAY[0], ARRAY[''], false)"
            .formatted(lease, lock));
  }

  /** Takes {@code count} locks in one call. */
  List<Fence> take(String lease, int count) {
    String tokens =
        answers.apply(
            """
            SELECT array_to_string(tokens, ',') FROM ballast_locks.claim('%s',
              (SELECT array_agg('part/' || i) FROM generate_series(1, %2$d) i),
              array_fill(1, ARRAY[%2$d]), array_fill(0, ARRAY[%2$d]), array_fill(''::text, ARRAY[%2$d]), false)
            """
                .formatted(lease, count));
    List<String> all = List.of(tokens.split(",", -1));
    return IntStream.range(0, count)
        .mapToObj(i -> new Fence("part/" + (i + 1), Long.parseLong(all.get(i))))
        .toList();
  }

  void close(String lease) {
    database.accept("SELECT ballast_locks.close('%s')".formatted(lease));
  }

  /** Moves the end of a lease: nobody has noticed yet that it has run out. */
  void letRunOut(String lease) {
    database.accept(
        "UPDATE ballast_locks.leases SET expires_at = clock_timestamp() WHERE id = '"
            + lease
            + "'");
  }
}
