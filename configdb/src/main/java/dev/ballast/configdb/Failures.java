package dev.ballast.configdb;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What kind of failure an exception of the database reports. */
enum Failures {
  /** The connection broke, or there was none to be had. */
  DISCONNECTED,
  POOL_EXHAUSTED,
  /** {@code lock_timeout} */
  LOCKED,
  /** {@code statement_timeout} */
  TIMED_OUT,
  READ_ONLY,
  /** The server said no. */
  OTHER;

  static Failures of(SQLException failure) {
    if (failure instanceof SQLTransientConnectionException && failure.getCause() == null) {
      return POOL_EXHAUSTED;
    }
    // The states are listed in PostgreSQL's documentation, appendix A.
    String state = String.valueOf(failure.getSQLState());
    return switch (state) {
      case "55P03" -> LOCKED;
      case "57014" -> TIMED_OUT;
      case "25006" -> READ_ONLY;
      // Shutdown, crash, "starting up", idle-session timeouts.
      case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04" -> DISCONNECTED;
      default ->
          state.startsWith("08") || failure instanceof SQLTransientConnectionException
              ? DISCONNECTED
              : OTHER;
    };
  }

  /** The innermost message, on one line; an unreadable row says all by itself. */
  static String text(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof UnreadableRow)
        && cause.getCause() != null
        && cause.getCause().getMessage() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
  }
}
