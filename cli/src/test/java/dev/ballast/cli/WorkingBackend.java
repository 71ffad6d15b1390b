package dev.ballast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A backend that works on one request at a time, first come first served, for as long as the request says: {@code GET /NANOS}. The work is a
 * time that passes, so any number of them share a core.
 */
final class WorkingBackend implements AutoCloseable {
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;
  private final AtomicLong workedNanos = new AtomicLong();
  private long freeAtNanos = System.nanoTime();

  WorkingBackend() throws IOException {
    server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("work").factory());
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** How long it has worked in all. */
  long workedNanos() {
    return workedNanos.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException _) {
      // Closed: that is how it ends.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      String head = head(in);
      while (!head.isEmpty()) {
        long work = Long.parseLong(head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP")));
        work(work).get();
        socket.getOutputStream().write(ANSWER);
        head = head(in);
      }
    } catch (IOException | InterruptedException | ExecutionException _) {
      // The connection is over.
    } finally {
      sockets.remove(socket);
    }
  }

  private synchronized CompletableFuture<Void> work(long nanos) {
    long now = System.nanoTime();
    freeAtNanos = (freeAtNanos - now < 0 ? now : freeAtNanos) + nanos;
    workedNanos.addAndGet(nanos);
    var done = new CompletableFuture<Void>();
    var _ = clock.schedule(() -> done.complete(null), freeAtNanos - now, TimeUnit.NANOSECONDS);
    return done;
  }

  /** Empty at the end. */
  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    clock.shutdownNow();
  }
}
