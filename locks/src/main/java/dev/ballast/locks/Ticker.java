package dev.ballast.locks;

/** A monotonic clock, in nanoseconds: {@code System::nanoTime}, or one that a test drives. */
@FunctionalInterface
public interface Ticker {
  long nanos();
}
