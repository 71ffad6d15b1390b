package dev.ballast.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which controller a client command talks to. */
final class ServerOptions {
  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The controller's API (default: $BALLAST_SERVER, else the system that runs on this machine).")
  @Nullable String server;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "The bearer token; other users of this machine can see it in the list of processes (default: $BALLAST_TOKEN, else"
              + " the token of the system that runs on this machine).")
  @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the bearer token (default: none).")
  @Nullable Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "A PEM file with the certificates to trust (default: $BALLAST_CA_FILE, else those of the Java runtime).")
  @Nullable Path authority;

  boolean isEmpty() {
    return server == null && token == null && tokenFile == null && authority == null;
  }

  ApiClient connect(Shell shell) {
    return new ApiClient(find(shell), shell);
  }

  Endpoint find(Shell shell) {
    return new ServerSearch(shell)
        .find(
            new ServerSearch.Given(
                Optional.ofNullable(server),
                Optional.ofNullable(token),
                Optional.ofNullable(tokenFile),
                Optional.ofNullable(authority)));
  }
}
