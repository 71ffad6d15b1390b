package dev.ballast.locks;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What the server's and the driver's failures mean for whoever has to mend them. */
final class PostgresFailure {
  private PostgresFailure() {}

  static EngineUnavailable unavailable(PostgresAddress address, SQLException failure) {
    var cause = cause(failure);
    return new EngineUnavailable(
        "PostgreSQL at %s: %s; %s"
            .formatted(
                address.hostAndDatabase(), withoutPassword(address, text(cause)), remedy(cause)),
        failure);
  }

  /** The pool wraps why it has no connection. */
  private static SQLException cause(SQLException failure) {
    return failure instanceof SQLTransientConnectionException
            && failure.getCause() instanceof SQLException cause
        ? cause
        : failure;
  }

  /** The innermost message, on one line. */
  private static String text(SQLException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause().getMessage() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
  }

  /** The driver quotes the URL in some of its messages. */
  private static String withoutPassword(PostgresAddress address, String text) {
    String cleaned = text.replaceAll("(?i)(password=)[^&\\s]*", "$1…");
    String password = address.parameter("password", "");
    return password.isEmpty() ? cleaned : cleaned.replace(password, "…");
  }

  // The states are listed in PostgreSQL's documentation, appendix A.
  private static String remedy(SQLException failure) {
    if (failure instanceof SQLTransientConnectionException && failure.getCause() == null) {
      return "nothing was sent, as all connections were busy for 2 s: the server is too slow for so many calls at once, or use"
          + " more connections";
    }
    return switch (String.valueOf(failure.getSQLState())) {
      case "28P01", "28000" ->
          "give the right user and password in the URL, or let pg_hba.conf admit them";
      case "3D000" -> "create the database, or name another one in the URL";
      case "42501" ->
          "grant the role what it lacks: USAGE on the schema ballast_locks, EXECUTE on its functions, and all on its"
              + " tables and sequence";
      case "25006" ->
          "it is a standby or read-only: give the primary's address, or targetServerType=primary";
      case "53300" -> "raise max_connections, or use fewer connections";
      case "55P03" ->
          "another transaction holds what is needed for longer than 4 s: see pg_blocking_pids";
      case "57014" ->
          "the statement took longer than 5 s: see pg_stat_activity for what it waits for";
      case "57P01", "57P02", "57P03", "57P05" ->
          "the server ends, starts or closed the connection: this heals once it runs again";
      case "3F000", "42883", "42P01" ->
          "the schema ballast_locks is not complete: start again, which creates it";
      case "40001", "40P01" -> "others were in the way five times: try again";
      default ->
          "whether the call took effect is not known; check that the server runs and can be reached";
    };
  }
}
