package dev.ballast.controller;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * The rest of a body that was refused. Closing a connection with unread bytes resets it, and the client loses the answer that
 * says why; so a bounded rest is read and thrown away.
 */
final class RefusedBody {
  private static final int BYTE_LIMIT = 64 << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private RefusedBody() {}

  static void drain(Request request, int status, LongSupplier nanoTime) {
    if (status != 413 && status != 401 && status != 403 && status != 415) {
      return;
    }
    long startNanos = nanoTime.getAsLong();
    long count = 0;
    var buffer = new byte[16_384];
    try (InputStream in = Content.Source.asInputStream(request)) {
      while (count < BYTE_LIMIT && nanoTime.getAsLong() - startNanos < TIMEOUT.toNanos()) {
        int read = in.read(buffer);
        if (read < 0) {
          return;
        }
        count += read;
      }
    } catch (IOException _) {
      // The client has gone, or stopped sending: there is nothing left to be kind to.
    }
  }
}
