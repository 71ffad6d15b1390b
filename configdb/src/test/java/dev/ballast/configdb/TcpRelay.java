package dev.ballast.configdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A TCP path that can be cut, at a moment that the bytes decide. */
final class TcpRelay implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean isRefusing;
  private volatile boolean isRefusingAfterCut;
  private volatile Cut cut = Cut.NEVER;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** What happens to the connection on which a client says COMMIT, once. */
  enum Cut {
    NEVER,
    /** The server doesn't hear it. */
    BEFORE_COMMIT,
    /** The server hears it and carries it out, the client doesn't hear the answer. */
    AFTER_COMMIT
  }

  TcpRelay(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** The same database, through this relay. */
  DatabaseSettings through(DatabaseSettings direct) {
    String url = direct.jdbcUrl().replace(":" + target + "/", ":" + listener.getLocalPort() + "/");
    return new DatabaseSettings(
        url,
        "relayed",
        2,
        Duration.ofSeconds(1),
        direct.lockTimeout(),
        direct.statementTimeout(),
        direct.idleTimeout());
  }

  void cutOnCommit(Cut when, boolean staysCut) {
    isRefusingAfterCut = staysCut;
    cut = when;
  }

  /** Nothing gets through any more, and nobody is told. */
  void freeze() {
    gate = new CountDownLatch(1);
  }

  void thaw() {
    gate.countDown();
  }

  /** Cuts all connections and takes no new ones. */
  void cutAll() {
    isRefusing = true;
    sockets.forEach(TcpRelay::close);
  }

  void heal() {
    isRefusing = false;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (isRefusing) {
          client.close();
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        Thread.ofVirtual().start(() -> toServer(client, server));
        Thread.ofVirtual().start(() -> toClient(server, client));
      } catch (IOException _) {
        // Closed, or the target is down: the client sees that.
      }
    }
  }

  private void toServer(Socket client, Socket server) {
    var buffer = new byte[64 * 1024];
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      boolean isCommitNext = false;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        Cut now = isCommitNext ? cut : Cut.NEVER;
        // COMMIT itself may be prepared and then goes without its text; it follows the row of the
        // history.
        isCommitNext =
            new String(buffer, 0, read, StandardCharsets.ISO_8859_1)
                .contains("INTO ballast.history");
        if (now != Cut.NEVER) {
          cut = Cut.NEVER;
          close(client);
          if (isRefusingAfterCut) {
            isRefusing = true;
            sockets.stream().filter(socket -> !socket.equals(server)).forEach(TcpRelay::close);
          }
        }
        if (now == Cut.BEFORE_COMMIT) {
          return;
        }
        passGate();
        out.write(buffer, 0, read);
        if (now == Cut.AFTER_COMMIT) {
          // The server ends the connection when it has answered and hears no more.
          server.shutdownOutput();
          server.getInputStream().transferTo(OutputStream.nullOutputStream());
          return;
        }
      }
    } catch (IOException _) {
      // The other end is gone.
    }
  }

  private void toClient(Socket server, Socket client) {
    var buffer = new byte[64 * 1024];
    try (client;
        server) {
      InputStream in = server.getInputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        passGate();
        client.getOutputStream().write(buffer, 0, read);
      }
    } catch (IOException _) {
      // The other end is gone.
    }
  }

  private void passGate() throws IOException {
    try {
      gate.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // It is closed already.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    thaw();
    sockets.forEach(TcpRelay::close);
  }
}
