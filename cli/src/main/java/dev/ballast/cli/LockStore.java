package dev.ballast.cli;

import dev.ballast.controller.Locking;
import dev.ballast.locks.PostgresEngine;
import java.security.SecureRandom;
import java.util.function.Consumer;

/** Where a controller keeps its locks: in the database of the configuration. */
final class LockStore {
  private LockStore() {}

  /**
   * Opens it, until {@code started} is closed.
   *
   * @param warn takes what the database lacks to keep locks through all faults, each with its remedy
   */
  static Locking open(ClosingStack started, String databaseUrl, Consumer<String> warn) {
    var engine = started.add(PostgresEngine.connect(databaseUrl));
    engine.facts().warnings().forEach(warning -> warn.accept("locks: " + warning));
    return new Locking(engine, new SecureRandom());
  }
}
