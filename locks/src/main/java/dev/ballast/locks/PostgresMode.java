package dev.ballast.locks;

/**
 * A mode as two numbers, so that one rule serves all: a claim fits beside those before it if there are none, or all have its
 * size and the permits of all together are at most that.
 *
 * @param permits 1 for exclusive, 0 for shared
 * @param size of the semaphore; 0 for exclusive and shared
 */
record PostgresMode(int permits, int size) {
  static PostgresMode of(Mode mode) {
    return switch (mode) {
      case Mode.Exclusive() -> new PostgresMode(1, 0);
      case Mode.Shared() -> new PostgresMode(0, 0);
      case Mode.Permits(int count, int of) -> new PostgresMode(count, of);
    };
  }

  Mode mode() {
    if (size > 0) {
      return Mode.permits(permits, size);
    }
    return permits > 0 ? Mode.exclusive() : Mode.shared();
  }
}
