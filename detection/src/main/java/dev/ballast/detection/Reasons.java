package dev.ballast.detection;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What an exception of a connection proves, and how to say it. */
final class Reasons {
  private Reasons() {}

  static Outcome.Failed outcome(Throwable cause, String phase) {
    String said = said(cause);
    String lower = said.toLowerCase(Locale.ROOT);
    if (isOurs(cause, lower)) {
      return new Outcome.Failed(
          Outcome.Kind.NOT_ASKED, "this machine can't open connections: " + said);
    }
    if (lower.contains("connection refused") || cause instanceof PortUnreachableException) {
      return new Outcome.Failed(Outcome.Kind.REFUSED, "connection refused");
    }
    if (cause instanceof NoRouteToHostException
        || lower.contains("unreachable")
        || lower.contains("no route to host")) {
      return new Outcome.Failed(Outcome.Kind.SILENT, "no route to the host");
    }
    if (lower.contains("timed out") && cause instanceof ConnectException) {
      return new Outcome.Failed(Outcome.Kind.SILENT, "timed out while " + phase);
    }
    if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
      return new Outcome.Failed(Outcome.Kind.WRONG, "TLS failed: " + said);
    }
    if (cause instanceof IOException || cause instanceof SocketException) {
      return new Outcome.Failed(
          Outcome.Kind.BROKEN,
          (lower.contains("reset") ? "connection reset" : "connection broken (" + said + ")")
              + " while "
              + phase);
    }
    return new Outcome.Failed(Outcome.Kind.WRONG, "no valid answer: " + said);
  }

  /** What the machine of the observer lacks: descriptors, ports, memory. */
  private static boolean isOurs(Throwable cause, String lower) {
    return lower.contains("too many open files")
        || lower.contains("cannot assign requested address")
        || lower.contains("no buffer space")
        || cause instanceof BindException
        || cause instanceof OutOfMemoryError;
  }

  private static String said(Throwable cause) {
    String message = cause.getMessage();
    String text = message == null ? cause.getClass().getSimpleName() : message;
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }
}
