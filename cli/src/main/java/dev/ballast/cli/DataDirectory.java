package dev.ballast.cli;

import dev.ballast.model.DataKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a system on this machine keeps on disk.
 *
 * <pre>
 * DATA/token          the admin's bearer token, readable by its owner only; made once
 * DATA/data-key       what seals private keys in the database, readable by its owner only; made once
 * DATA/running.json   where the API is, while it runs
 * DATA/lock           held while it runs
 * DATA/logs/NAME.log  the log of each process; NAME.access.log: the access log of an LB server
 * DATA/postgres       the embedded database
 * DATA/lb             each LB server's last good snapshot
 * DATA/orchestrator   the orchestrator's last good snapshot
 * </pre>
 */
record DataDirectory(Path path) {
  static final String DEFAULT = "ballast-data";
  private static final int TOKEN_BYTES = 24;
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Who runs on this directory, and where its API is. */
  record Running(long pid, URI server) {
    boolean isAlive() {
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
  }

  Path logs() {
    return path.resolve("logs");
  }

  /** Of the load balancers that log, as one LB server has served them. */
  Path accessLog(String server) {
    return logs().resolve(server + ".access.log");
  }

  Path tokenFile() {
    return path.resolve("token");
  }

  Path lockFile() {
    return path.resolve("lock");
  }

  Path postgres() {
    return path.resolve("postgres");
  }

  Path lbServers() {
    return path.resolve("lb");
  }

  Path orchestrator() {
    return path.resolve("orchestrator");
  }

  private Path runningFile() {
    return path.resolve("running.json");
  }

  /** The admin's token, made if there is none yet. */
  String token() throws IOException {
    try {
      return Files.readString(tokenFile()).strip();
    } catch (NoSuchFileException _) {
      byte[] random = new byte[TOKEN_BYTES];
      new SecureRandom().nextBytes(random);
      String token = HexFormat.of().formatHex(random);
      replace(tokenFile(), token + "\n");
      return token;
    }
  }

  Path dataKeyFile() {
    return path.resolve("data-key");
  }

  /** The data key, made if there is none yet. Without it what it has sealed is lost. */
  DataKey dataKey() throws IOException {
    if (Files.notExists(dataKeyFile())) {
      replace(dataKeyFile(), DataKey.random(new SecureRandom()).toBase64() + "\n");
    }
    return KeyFiles.dataKey(dataKeyFile());
  }

  /** What {@link #announce} wrote, if it can be read. */
  Optional<Running> running() {
    try {
      JsonNode node = Json.read(Files.readString(runningFile()));
      return Optional.of(
          new Running(node.path("pid").asLong(), URI.create(node.path("server").asString())));
    } catch (IOException | CommandFailed | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  void announce(Running running) throws IOException {
    var node = JsonNodeFactory.instance.objectNode();
    node.put("pid", running.pid()).put("server", running.server().toString());
    replace(runningFile(), Json.pretty(node));
  }

  void withdraw() throws IOException {
    Files.deleteIfExists(runningFile());
  }

  /** Whole or not at all, and for its owner only. */
  private void replace(Path file, String content) throws IOException {
    Path fresh = Files.createTempFile(path, file.getFileName().toString(), ".new", OWNER_ONLY);
    Files.writeString(fresh, content);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
