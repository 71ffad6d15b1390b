package dev.ballast.configdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP path that can be cut, at a moment that the bytes decide. */
final class TcpRelay implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean isRefusing;
  private volatile boolean isRefusingAfterCut;
  private volatile Cut cut = Cut.NEVER;

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

  int port() {
    return listener.getLocalPort();
  }

  void cutOnCommit(Cut when, boolean staysCut) {
    isRefusingAfterCut = staysCut;
    cut = when;
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

  private static void toClient(Socket server, Socket client) {
    try (client;
        server) {
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException _) {
      // The other end is gone.
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
    sockets.forEach(TcpRelay::close);
  }
}
