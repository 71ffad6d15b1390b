package dev.ballast.cli;

import dev.ballast.model.View;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which controllers a role follows, and by what right. */
final class FollowOptions {
  @Option(
      names = "--controller",
      paramLabel = "URL",
      split = ",",
      defaultValue = "http://127.0.0.1:7070",
      description = "The controllers to follow: the next one when one fails. May be repeated.")
  List<URI> controllers = List.of();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the bearer token (default: $BALLAST_TOKEN).")
  @Nullable Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "A PEM file with the certificates to trust (default: those of the Java runtime).")
  @Nullable Path authority;

  Optional<String> givenToken(Shell shell) throws IOException {
    return tokenFile == null
        ? shell.variable(ServerSearch.TOKEN_VARIABLE)
        : Optional.of(Files.readString(shell.directory().resolve(tokenFile)).strip());
  }

  String token(Shell shell) throws IOException {
    return givenToken(shell)
        .orElseThrow(
            () ->
                new CommandFailed(
                    ExitCode.USAGE, "a token is needed: --token-file or $BALLAST_TOKEN"));
  }

  /**
   * What a role follows with.
   *
   * @param stateFile where the last good snapshot is kept
   * @throws IllegalArgumentException when that can't be
   */
  SyncSettings settings(
      Shell shell, String token, View view, SyncMode mode, Duration pullInterval, Path stateFile) {
    return new SyncSettings(
        controllers,
        token,
        Optional.ofNullable(authority).map(shell.directory()::resolve),
        view,
        mode,
        pullInterval,
        stateFile);
  }
}
