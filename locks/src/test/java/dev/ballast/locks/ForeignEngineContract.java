package dev.ballast.locks;

/** The contract for an engine that another module tests, because it takes that module to run it. */
public abstract class ForeignEngineContract extends EngineContract {
  /** A connection to the engine; every call makes another one, to the same state. */
  protected abstract LockEngine newConnection();

  @Override
  final LockEngine connect() {
    return newConnection();
  }
}
