package dev.ballast.configdb;

import org.jspecify.annotations.Nullable;

/** A row that this version cannot read. */
final class UnreadableRow extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnreadableRow(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
