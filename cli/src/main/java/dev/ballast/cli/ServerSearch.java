package dev.ballast.cli;

import dev.ballast.locks.HttpEngineSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the controller that a client command is meant for: what was given, else the environment, else a system that
 * runs on this machine: first {@code ./ballast-data}, then the one that this user started last.
 */
final class ServerSearch {
  static final String SERVER_VARIABLE = "BALLAST_SERVER";
  static final String TOKEN_VARIABLE = "BALLAST_TOKEN";
  static final String AUTHORITY_VARIABLE = "BALLAST_CA_FILE";

  private final Shell shell;
  private final UserConfiguration configuration;

  ServerSearch(Shell shell) {
    this.shell = shell;
    this.configuration = UserConfiguration.of(shell.environment());
  }

  /** What was given on the command line; each may be absent. */
  record Given(
      Optional<String> server,
      Optional<String> token,
      Optional<Path> tokenFile,
      Optional<Path> authority) {}

  /**
   * The controller to talk to.
   *
   * @throws CommandFailed with {@link ExitCode#NOT_RUNNING} that says where it looked
   */
  Endpoint find(Given given) {
    Optional<Path> authority =
        given.authority().or(() -> shell.variable(AUTHORITY_VARIABLE).map(Path::of));
    Optional<String> server = given.server().or(() -> shell.variable(SERVER_VARIABLE));
    if (server.isPresent()) {
      String source = given.server().isPresent() ? "--server" : SERVER_VARIABLE;
      HttpEngineSettings named = named(server.get(), source);
      URI address = named.controllers().getFirst();
      String token =
          given(given)
              .or(() -> Optional.of(named.token()).filter(text -> !text.isEmpty()))
              .or(() -> shell.variable(TOKEN_VARIABLE))
              .or(() -> localToken(address))
              .orElse("");
      return new Endpoint(address, token, source, authority.map(shell.directory()::resolve));
    }
    for (DataDirectory data : localSystems()) {
      var running = data.running().filter(DataDirectory.Running::isAlive);
      if (running.isPresent()) {
        String token = token(given).or(() -> tokenOf(data)).orElse("");
        return new Endpoint(
            running.get().server(), token, shell.shown(data.path()), Optional.empty());
      }
    }
    throw nothingFound();
  }

  /** The data directories to look into, whether or not anything runs there. */
  List<DataDirectory> localSystems() {
    var here = new DataDirectory(shell.directory().resolve(DataDirectory.DEFAULT));
    var systems =
        new LinkedHashSet<>(
            Stream.concat(Stream.of(here), configuration.current().stream()).toList());
    return List.copyOf(systems);
  }

  private Optional<String> token(Given given) {
    return given(given).or(() -> shell.variable(TOKEN_VARIABLE));
  }

  private Optional<String> given(Given given) {
    return given.token().or(() -> given.tokenFile().map(this::readToken));
  }

  private String readToken(Path file) {
    try {
      return Files.readString(shell.directory().resolve(file)).strip();
    } catch (IOException failure) {
      throw new CommandFailed("cannot read the token file " + file + ": " + failure.getMessage());
    }
  }

  /** The token of the system on this machine that has this address. */
  private Optional<String> localToken(URI server) {
    return localSystems().stream()
        .filter(
            data ->
                data.running()
                    .map(DataDirectory.Running::server)
                    .filter(server::equals)
                    .isPresent())
        .findFirst()
        .flatMap(ServerSearch::tokenOf);
  }

  private static Optional<String> tokenOf(DataDirectory data) {
    try {
      return Optional.of(Files.readString(data.tokenFile()).strip());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** An address with the token that may stand in it, as {@code https://:TOKEN@HOST:PORT}: so it is never quoted. */
  private static HttpEngineSettings named(String text, String source) {
    try {
      var named = HttpEngineSettings.parse(text.contains("://") ? text : "http://" + text);
      URI uri = named.controllers().getFirst();
      if (named.controllers().size() == 1) {
        URI address = URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
        return HttpEngineSettings.of(List.of(address), named.token());
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw new CommandFailed(
        ExitCode.USAGE, source + " is not an address such as http://127.0.0.1:7070");
  }

  private CommandFailed nothingFound() {
    String looked =
        Stream.concat(
                Stream.of("--server", SERVER_VARIABLE),
                localSystems().stream().map(data -> shell.shown(data.path())))
            .reduce((one, other) -> one + ", " + other)
            .orElse("");
    return new CommandFailed(
        ExitCode.NOT_RUNNING,
        "no running system found (looked at "
            + looked
            + "). Start one with: "
            + shell.calledAs()
            + " up");
  }
}
