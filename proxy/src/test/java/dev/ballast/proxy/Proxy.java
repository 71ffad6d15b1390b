package dev.ballast.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A running LB server with one port of its own, and shorthands. */
final class Proxy implements AutoCloseable {
  static final String TOKEN = "secret";
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 12_000;
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 101 % PORTS));

  private final ProxyServer server;
  private final int port;

  private Proxy(ProxyServer server, int port) {
    this.server = server;
    this.port = port;
  }

  static Proxy start() {
    return start(UnaryOperator.identity());
  }

  static Proxy start(UnaryOperator<ProxySettings> change) {
    try {
      return new Proxy(ProxyServer.start(change.apply(settings())), freePort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By whose clock it is whatever time the test wants. */
  static Proxy start(InstantSource clock) {
    try {
      return new Proxy(ProxyServer.start(settings(clock)), freePort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProxySettings settings() {
    return settings(InstantSource.system());
  }

  /** On loopback, with two event loops and any free admin port. */
  private static ProxySettings settings(InstantSource clock) {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    return ProxySettings.of("lb-1", loopback, TOKEN, clock, new Random())
        .withAdmin(loopback, 0)
        .withEventLoops(2);
  }

  /** A free port that the kernel gives to nobody by itself: below its range of ports for the asking. */
  static int freePort() {
    while (true) {
      int candidate = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
      try (var socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // the next one, then
      }
    }
  }

  Proxy use(Configuration configuration) {
    server.use(configuration.next());
    return this;
  }

  ProxyServer server() {
    return server;
  }

  int port() {
    return port;
  }

  RawClient client() {
    return RawClient.to(port);
  }

  /** Whether a connection is closed as soon as it is made, or while it is. */
  boolean turnsAway() {
    try (var client = client()) {
      return client.isEnded();
    } catch (AssertionError e) {
      return e.getCause() instanceof SocketException;
    }
  }

  /** What the admin port answers. */
  HttpResponse<String> admin(String path) {
    return admin(HttpRequest.newBuilder(adminUri(path)).build());
  }

  static HttpResponse<String> admin(HttpRequest request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  URI adminUri(String path) {
    return URI.create("http://127.0.0.1:" + server.adminAddress().getPort() + path);
  }

  /** The value of one line of the metrics; name and labels as they stand there. */
  double metric(String line) {
    return admin("/metrics")
        .body()
        .lines()
        .filter(text -> text.startsWith(line + " "))
        .mapToDouble(text -> Double.parseDouble(text.substring(line.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + line));
  }

  Report.Backend backend(String pool, String name) {
    return server.report().pools().stream()
        .filter(candidate -> candidate.name().equals(pool))
        .flatMap(candidate -> candidate.backends().stream())
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    server.close(Duration.ZERO);
  }

  /** How the pool is, as its report has it. */
  Report.Pool reportOf(String pool) {
    return server.report().pools().stream()
        .filter(one -> one.name().equals(pool))
        .findFirst()
        .orElseThrow();
  }
}
