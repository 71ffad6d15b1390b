package dev.ballast.cli;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.locks.PostgresEngine;
import dev.ballast.orchestrator.Orchestrator;
import dev.ballast.orchestrator.OrchestratorSettings;
import java.io.IOException;
import java.net.BindException;
import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An orchestrator in this process. */
record OrchestratorRole(Shell shell, OrchestratorSettings settings) {
  private static final Logger log = LoggerFactory.getLogger(OrchestratorRole.class);

  /**
   * Starts it, until {@code started} is closed.
   *
   * @param engine in the same database; closed with it
   */
  Orchestrator start(ClosingStack started, ConfigDatabase database, PostgresEngine engine)
      throws IOException {
    engine.facts().warnings().forEach(warning -> log.warn("locks: {}", warning));
    var world = new Orchestrator.World(shell.clock(), System::nanoTime, new SecureRandom());
    try {
      Orchestrator orchestrator =
          started.add(Orchestrator.start(settings, database.store(), engine, world));
      log.info(
          "Orchestrator {} follows {}; admin port {}",
          settings.name(),
          settings.sync().controllers(),
          orchestrator.admin());
      return orchestrator;
    } catch (BindException taken) {
      engine.close();
      throw new CommandFailed(
          "cannot listen on the admin port %d of %s (%s); it is held by %s"
              .formatted(
                  settings.admin().getPort(),
                  settings.admin().getAddress().getHostAddress(),
                  taken.getMessage(),
                  PortOwner.ofThisMachine().of(settings.admin())));
    }
  }
}
