package dev.ballast.locks;

/** The contract over {@link LockTable} itself, as {@link MemoryEngine} makes it an engine. */
class MemoryEngineTest extends EngineContract {
  private final MemoryEngine shared = new MemoryEngine(System::nanoTime);

  @Override
  LockEngine connect() {
    return shared;
  }
}
