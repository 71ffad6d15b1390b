package dev.ballast.locks;

import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract over a real PostgreSQL. */
class PostgresEngineTest extends EngineContract {
  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();

  @Override
  LockEngine connect() {
    return PostgresEngine.connect(POSTGRES.url());
  }
}
