package dev.ballast.detection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP server that does with each connection what a test says, and counts them. */
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket socket;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  /** What to do with a connection; it is closed afterwards. */
  @FunctionalInterface
  interface Script {
    void play(Socket connection) throws IOException, InterruptedException;
  }

  ScriptedServer(Script script) {
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(() -> accept(script));
  }

  int port() {
    return socket.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  /** How many connections a script is still at. */
  int open() {
    return open.get();
  }

  private void accept(Script script) {
    try {
      while (true) {
        var connection = socket.accept();
        connections.incrementAndGet();
        open.incrementAndGet();
        Thread.ofVirtual().start(() -> play(script, connection));
      }
    } catch (IOException _) {
      // Closed: the test is over.
    }
  }

  private void play(Script script, Socket connection) {
    try (connection) {
      script.play(connection);
    } catch (IOException _) {
      // The prober has gone: its test says whether it should have.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      open.decrementAndGet();
    }
  }

  /** Reads one request's head, up to the empty line. False at the end of the connection. */
  static boolean readHead(Socket connection) throws IOException {
    return !head(connection).isEmpty();
  }

  /** One request's head; empty at the end of the connection. */
  static String head(Socket connection) throws IOException {
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = connection.getInputStream().read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  static void write(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    connection.getOutputStream().flush();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
