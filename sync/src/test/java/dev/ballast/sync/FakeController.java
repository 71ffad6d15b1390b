package dev.ballast.sync;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ballast.model.Revision;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A small real HTTP server that lists and watches a {@link World}, and misbehaves on demand. */
final class FakeController implements AutoCloseable {
  static final String TOKEN = "secret";

  final AtomicInteger lists = new AtomicInteger();
  final AtomicInteger watches = new AtomicInteger();
  final List<String> registrations = new CopyOnWriteArrayList<>();
  volatile boolean isSilent;
  volatile int refusal;
  private final HttpServer server;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<OutputStream> open = new CopyOnWriteArrayList<>();
  private volatile World world;

  FakeController(World world, int port) throws IOException {
    this.world = world;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/snapshot", this::list);
    server.createContext("/v1/watch", this::watch);
    server.createContext("/v1/lbservers/", this::register);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Puts another database behind this controller; watches end. */
  void replace(World other) {
    world = other;
    cut();
  }

  /** Changes the world and tells the watchers. */
  synchronized void change(Random random) {
    tell(Wire.change(world.change(random), 1));
  }

  synchronized void changeInSecret(Random random) {
    world.change(random);
  }

  synchronized void tell(List<String> lines) {
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    open.removeIf(out -> !isWritten(out, bytes));
  }

  private static boolean isWritten(OutputStream out, byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void cut() {
    open.removeIf(
        out -> {
          try (out) {
            return true;
          } catch (IOException e) {
            return true;
          }
        });
  }

  private void list(HttpExchange exchange) throws IOException {
    lists.incrementAndGet();
    if (isRefused(exchange)) {
      return;
    }
    var now = world.now();
    exchange.getResponseHeaders().set("Ballast-Revision", now.revision().toString());
    if (("\"" + now.checksum() + "\"")
        .equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    byte[] body = Wire.snapshot(now).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void watch(HttpExchange exchange) throws IOException {
    watches.incrementAndGet();
    if (isRefused(exchange)) {
      return;
    }
    String query = exchange.getRequestURI().getQuery();
    var from = Revision.parse(query.substring(query.indexOf("from=") + 5));
    synchronized (this) {
      if (!from.isSameEpoch(world.now().revision())) {
        exchange.sendResponseHeaders(410, -1);
        return;
      }
      exchange.sendResponseHeaders(200, 0);
      var out = exchange.getResponseBody();
      for (var change : world.since(from)) {
        out.write((Wire.change(change, 10).getFirst() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      out.flush();
      open.add(out);
    }
    beat(exchange.getResponseBody());
  }

  private void beat(OutputStream out) {
    try {
      while (open.contains(out) && !closed.await(200, java.util.concurrent.TimeUnit.MILLISECONDS)) {
        synchronized (this) {
          if (!isSilent) {
            out.write(
                (Wire.bookmark(world.now().revision(), world.now().checksum()) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
          }
        }
      }
    } catch (IOException e) {
      open.remove(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void register(HttpExchange exchange) throws IOException {
    registrations.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    exchange.sendResponseHeaders(200, -1);
  }

  private boolean isRefused(HttpExchange exchange) throws IOException {
    boolean isKnown =
        ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    if (isKnown && refusal == 0) {
      return false;
    }
    exchange.sendResponseHeaders(isKnown ? refusal : 401, -1);
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
    cut();
    server.stop(0);
  }
}
