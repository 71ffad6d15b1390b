package dev.ballast.locks;

/** A consumer group has not let a member in: its name is taken, or it wants other partitions than the rest. Nothing is held. */
public final class NotJoined extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotJoined(String message) {
    super(message);
  }
}
