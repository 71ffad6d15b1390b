package dev.ballast.cli;

import java.io.IOException;
import java.util.Locale;

/** Standard output takes no more: its reader has gone, or its disk is full. */
final class OutputClosed extends RuntimeException {
  private static final long serialVersionUID = 1;

  OutputClosed(IOException cause) {
    super("cannot write the output: " + cause.getMessage(), cause);
  }

  /** Whether the reader has simply read enough, as {@code head} does. */
  boolean isReaderGone() {
    return Failures.text(this).toLowerCase(Locale.ROOT).contains("broken pipe");
  }
}
