package dev.ballast.configdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The database cluster on disk: made once, configured at every start.
 *
 * <pre>
 *   DIRECTORY/
 *     18.6.0/            the programs
 *     cluster/           the database cluster: postgresql.conf is the user's, ballast.conf is written by every start
 *     password           of the role "ballast", 0600
 *     port               of the last start
 *     lock, lock.pid     one owner
 * </pre>
 *
 * <p>The role "ballast" owns the database "ballast", may replicate and may see what others do (pg_monitor), and is no
 * superuser. The superuser "postgres" has no password, so nobody logs in as it over the network.
 */
record PostgresCluster(Path directory, PostgresBinaries binaries, Launch launch) {
  static final String DATABASE = "ballast";
  static final String ROLE = "ballast";
  private static final int PASSWORD_BYTES = 24;
  private static final int PREPARE_SECONDS = 120;
  private static final List<String> INITDB_OPTIONS =
      List.of(
          "--username=postgres",
          "--auth=reject",
          "--data-checksums",
          "--encoding=UTF8",
          "--locale=C",
          "--locale-provider=builtin",
          "--builtin-locale=C.UTF-8",
          "--no-instructions");

  Path data() {
    return directory.resolve("cluster");
  }

  /** Makes the cluster if there is none; an interrupted attempt leaves nothing that a later one would take for it. */
  void prepare(Consumer<String> progress) {
    try {
      if (Files.isDirectory(data())) {
        requireSameMajorVersion();
        if (!Files.exists(passwordFile())) {
          runSingleUser(
              data(), List.of("ALTER ROLE " + ROLE + " PASSWORD '" + makePassword() + "'"));
        }
      } else {
        progress.accept("Creating the database (once)");
        create();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "the database cluster could not be made in " + data(), failure);
    }
  }

  private void create() throws IOException {
    Path creating = directory.resolve("cluster.creating");
    FileTree.delete(creating);
    Files.createDirectory(
        creating,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    launch.handOver(creating);
    var initdb =
        new ArrayList<>(List.of(binaries.program("initdb").toString(), "-D", creating.toString()));
    initdb.addAll(INITDB_OPTIONS);
    run(initdb, "");
    runSingleUser(
        creating,
        List.of(
            "CREATE ROLE "
                + ROLE
                + " LOGIN REPLICATION IN ROLE pg_monitor PASSWORD '"
                + makePassword()
                + "'",
            "CREATE DATABASE " + DATABASE + " OWNER " + ROLE));
    Files.writeString(creating.resolve("postgresql.conf"), PostgresSettings.INCLUDING);
    Files.writeString(creating.resolve("pg_hba.conf"), PostgresSettings.ACCESS);
    Files.move(creating, data(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes what this start decides; the server reads it when it starts. */
  void configure(int port) {
    try {
      Path file = data().resolve("ballast.conf");
      Files.writeString(file, PostgresSettings.of(port));
      launch.handOver(file);
      Files.writeString(directory.resolve("port"), Integer.toString(port));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The port of the start before, or 0. */
  int lastPort() {
    try {
      return Integer.parseInt(Files.readString(directory.resolve("port")).strip());
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  String password() {
    try {
      return Files.readString(passwordFile()).strip();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Path passwordFile() {
    return directory.resolve("password");
  }

  private String makePassword() throws IOException {
    var random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    Files.deleteIfExists(passwordFile());
    Files.createFile(
        passwordFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(passwordFile(), password);
    return password;
  }

  private void requireSameMajorVersion() throws IOException {
    String found = Files.readString(data().resolve("PG_VERSION")).strip();
    if (!binaries.version().startsWith(found + ".")) {
      throw new DatabaseStartFailed(
          "the data in "
              + data()
              + " is of PostgreSQL "
              + found
              + ", this build brings "
              + binaries.version()
              + ": use the build before, or move the data with pg_dump and pg_restore");
    }
  }

  /** Statements for a server that only this process can reach: one process, no port. */
  private void runSingleUser(Path data, List<String> statements) throws IOException {
    run(
        List.of(
            binaries.program("postgres").toString(),
            "--single",
            "-j",
            "-D",
            data.toString(),
            "-c",
            "password_encryption=scram-sha-256",
            "-c",
            "exit_on_error=true",
            "postgres"),
        String.join(";\n\n", statements) + ";\n\n");
  }

  private void run(List<String> program, String input) throws IOException {
    Process process = launch.builder(program).directory(directory.toFile()).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(PREPARE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new DatabaseStartFailed(program.getFirst() + " failed:\n" + output.strip());
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new DatabaseStartFailed("interrupted", interrupted);
    }
  }
}
