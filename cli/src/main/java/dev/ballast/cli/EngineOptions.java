package dev.ballast.cli;

import dev.ballast.locks.HttpEngine;
import dev.ballast.locks.HttpEngineSettings;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LockEngines;
import dev.ballast.sync.Trust;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a command's locks are kept. */
final class EngineOptions {
  static final String ENGINE_VARIABLE = "BALLAST_LOCK_ENGINE";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Option(
      names = "--engine",
      paramLabel = "URL",
      description =
          "Where locks are kept: postgresql://…, redis://…, redlock://…, etcd://…, or one or more controllers as"
              + " https://HOST:PORT,…; other users of this machine can see a password in it in the list of processes, but"
              + " not in the variable (default: $BALLAST_LOCK_ENGINE, else the controller that --server means).")
  @Nullable String engine;

  @Mixin private final ServerOptions server = new ServerOptions();

  /** These, or, where nothing was said here, those of the command that this one belongs to. */
  EngineOptions or(EngineOptions parent) {
    return engine == null && server.isEmpty() ? parent : this;
  }

  /** An engine, which connects with its first call. */
  LockEngine connect(Shell shell) {
    Optional<String> url =
        Optional.ofNullable(engine).or(() -> shell.variable(ENGINE_VARIABLE)).map(String::strip);
    if (url.isEmpty()) {
      Endpoint found = server.find(shell);
      return controllers(List.of(found.server()), found, shell);
    }
    if (!url.get().startsWith("http://") && !url.get().startsWith("https://")) {
      return other(url.get());
    }
    try {
      var named = HttpEngineSettings.parse(url.get());
      server.server = url.get().split(",", -1)[0];
      return controllers(named.controllers(), server.find(shell), shell);
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    }
  }

  private static LockEngine controllers(List<URI> controllers, Endpoint endpoint, Shell shell) {
    return new HttpEngine(
        new HttpEngineSettings(
            controllers,
            endpoint.token(),
            shell.user(),
            TIMEOUT,
            endpoint.authority().map(Trust::in).orElse(null)));
  }

  private static LockEngine other(String url) {
    try {
      return LockEngines.connect(url, System::nanoTime, new SecureRandom());
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    }
  }

  /** What an engine warns of, for people. */
  static Stream<String> warnings(LockEngine engine) {
    return engine.facts().warnings().stream();
  }
}
