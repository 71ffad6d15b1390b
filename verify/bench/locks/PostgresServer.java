import dev.ballast.configdb.EmbeddedPostgres;
import java.nio.file.Path;

/** A PostgreSQL as Ballast brings it, in a directory; says its URL, and stops with its input. */
final class PostgresServer {
  private PostgresServer() {}

  public static void main(String... arguments) throws Exception {
    try (var postgres = EmbeddedPostgres.start(Path.of(arguments[0]), _ -> {})) {
      System.out.println(postgres.databaseUrl());
      while (System.in.read() >= 0) {
        // Until it ends.
      }
    }
  }
}
