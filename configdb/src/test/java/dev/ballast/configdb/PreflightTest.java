package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is not prepared for the change feed. */
final class PreflightTest {
  @TempDir Path directory;

  @Test
  void shouldNameEachObstacleWithItsRemedyAndFollowBySqlMeanwhile() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Binaries.copyTo(directory);
    try (var _ = EmbeddedPostgres.start(directory, _ -> {})) {
      // Makes the cluster.
    }
    Path cluster = directory.resolve("postgres/cluster");
    Files.writeString(cluster.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
    Files.writeString(
        cluster.resolve("postgresql.conf"),
        """
        include 'ballast.conf'
        wal_level = replica
        max_wal_senders = 1
        max_replication_slots = 1
        max_slot_wal_keep_size = -1
        wal_sender_timeout = 0
        """);
    try (var server = EmbeddedPostgres.start(directory, _ -> {});
        var superuser =
            DriverManager.getConnection(
                server.databaseUrl().replace("user=ballast", "user=postgres"));
        var statement = superuser.createStatement();
        var database =
            ConfigDatabase.open(
                DatabaseSettings.of(server.databaseUrl()),
                InstantSource.system(),
                Optional.empty())) {
      statement.execute("SELECT pg_create_physical_replication_slot('taken')");
      statement.execute("ALTER ROLE ballast NOREPLICATION");
      statement.execute("REVOKE pg_monitor FROM ballast");
      statement.execute("ALTER PUBLICATION ballast DROP TABLE ballast.pool");
      statement.execute("ALTER TABLE ballast.fleet REPLICA IDENTITY DEFAULT");

      List<Finding> failed =
          database.preflight().stream().filter(finding -> !finding.isOk()).toList();
      assertThat(failed)
          .extracting(Finding::name)
          .containsExactly(
              "wal_level",
              "replication right",
              "replication slots",
              "publication",
              "replica identity",
              "WAL kept for a reader",
              "sight of other sessions");
      assertThat(failed).allMatch(finding -> !finding.remedy().isEmpty());

      var recorder = new FeedRecorder();
      try (var feed = ChangeFeed.start(database, FeedMode.AUTO, recorder)) {
        await()
            .atMost(Duration.ofSeconds(10))
            .until(() -> feed.status().mode() == FeedStatus.Mode.POLL);
        assertThat(feed.status().reason())
            .contains(
                "wal_level is replica: ALTER SYSTEM SET wal_level = logical, then restart PostgreSQL")
            .contains("role ballast may not replicate: ALTER ROLE ballast REPLICATION")
            .contains("1 of 1 replication slots are in use")
            .contains("publication ballast has 11 of 12 tables")
            .doesNotContain("pg_monitor");
        assertThat(recorder.n()).isEqualTo(1);
      }
    }
  }
}
