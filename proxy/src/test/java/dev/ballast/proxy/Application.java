package dev.ballast.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A backend as applications are: the JDK's HTTP server, which does what its handlers leave to it. */
final class Application implements AutoCloseable {
  private static final String PAGE = "a page";
  private static final String TAG = "\"v1\"";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private Application(HttpServer server) {
    this.server = server;
  }

  /**
   * By the end of the path: {@code /page} has an entity tag, {@code /empty} nothing to say, and {@code /upload} says what it was
   * sent.
   */
  static Application start() {
    return running(Application::serve);
  }

  static Application running(HttpHandler handler) {
    try {
      var application =
          new Application(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64));
      application.server.setExecutor(application.threads);
      application.server.createContext("/", exchange -> application.pass(exchange, handler));
      application.server.start();
      return application;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void pass(HttpExchange exchange, HttpHandler handler) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    handler.handle(exchange);
  }

  private static void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.endsWith("/upload")) {
        write(exchange, sha256(exchange.getRequestBody()));
      } else if (path.endsWith("/empty")) {
        exchange.sendResponseHeaders(204, -1);
      } else {
        servePage(exchange);
      }
    }
  }

  private static void servePage(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("ETag", TAG);
    if (TAG.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
    } else if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(PAGE.length()));
      exchange.sendResponseHeaders(200, -1);
    } else {
      write(exchange, PAGE);
    }
  }

  private static void write(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, text.length());
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String sha256(InputStream body) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(body, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Method and target of each request, in order. */
  List<String> requests() {
    return requests;
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
