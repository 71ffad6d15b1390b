package dev.ballast.configdb;

import java.time.Instant;

/**
 * How the change feed follows the database at this moment.
 *
 * @param reason why it isn't the WAL, with who blocks it or what to do about it; empty in mode WAL
 * @param since when this mode began
 */
public record FeedStatus(Mode mode, String reason, Instant since) {
  /** Where changes come from. */
  public enum Mode {
    WAL,
    POLL,
    DISCONNECTED
  }
}
