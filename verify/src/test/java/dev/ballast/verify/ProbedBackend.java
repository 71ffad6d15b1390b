package dev.ballast.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A backend within the test, on an address of its own: it answers every request with 200, and remembers when it was asked for {@code
 * /healthz}. A virtual thread per connection.
 */
final class ProbedBackend implements AutoCloseable {
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final String name;
  private final String address;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Long> probedAt = new CopyOnWriteArrayList<>();

  ProbedBackend(String name) {
    this.name = name;
    this.address = Addresses.next();
    try {
      this.listener = new ServerSocket();
      listener.bind(new InetSocketAddress(address, Web.BACKEND_HTTP), 100);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().name("probed-" + name).start(this::accept);
  }

  String name() {
    return name;
  }

  String address() {
    return address + ":" + Web.BACKEND_HTTP;
  }

  /** The longest time without a probe that reaches into the time from {@code from} to {@code to}, by {@link System#nanoTime}. */
  double gapMillis(long from, long to) {
    long last = from;
    long longest = 0;
    for (long at : probedAt) {
      if (at - to > 0) {
        break;
      }
      if (at - from > 0) {
        longest = Math.max(longest, at - last);
      }
      last = at;
    }
    return Math.max(longest, to - last) / 1e6;
  }

  boolean isProbedAfter(long from) {
    return !probedAt.isEmpty() && probedAt.getLast() - from > 0;
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("GET /healthz ")) {
          probedAt.add(System.nanoTime());
        }
        if (line.isEmpty()) {
          socket.getOutputStream().write(ANSWER);
        }
      }
    } catch (IOException _) {
      // Who has asked has gone.
    } finally {
      sockets.remove(socket);
    }
  }

  /** As when its process is killed: connections are reset, and its port refuses. */
  void die() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        reset(socket);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void reset(Socket socket) throws IOException {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (SocketException _) {
      // Closed already.
    }
  }

  @Override
  public void close() {
    die();
  }
}
