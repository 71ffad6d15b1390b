package dev.ballast.proxy;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A server as others run it. It answers each request with how it has read it (see {@link Reading}): by itself, or by what a
 * plain backend behind it was given.
 */
record RealServer(String name, int port, AutoCloseable running) implements AutoCloseable {
  static RealServer haproxy(Path directory, TestBackend behind) throws IOException {
    return process(
        "HAProxy",
        directory,
        """
        global
          tune.bufsize 65536
        defaults
          mode http
          timeout connect 5s
          timeout client 10s
          timeout server 10s
        frontend here
          bind 127.0.0.1:PORT
          default_backend behind
        backend behind
          server behind 127.0.0.1:BEHIND
        """,
        behind,
        List.of("haproxy", "-db", "-f", "FILE"));
  }

  static RealServer nginx(Path directory, TestBackend behind) throws IOException {
    return process(
        "nginx",
        directory,
        """
        daemon off;
        master_process off;
        pid DIRECTORY/nginx.pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path DIRECTORY/body;
          proxy_temp_path DIRECTORY/proxy;
          fastcgi_temp_path DIRECTORY/fastcgi;
          uwsgi_temp_path DIRECTORY/uwsgi;
          scgi_temp_path DIRECTORY/scgi;
          server {
            listen 127.0.0.1:PORT;
            location / {
              proxy_pass http://127.0.0.1:BEHIND;
              proxy_http_version 1.1;
              proxy_set_header Host $http_host;
              proxy_buffer_size 64k;
              proxy_buffers 4 64k;
            }
          }
        }
        """,
        behind,
        List.of("nginx", "-c", "FILE"));
  }

  static RealServer apache(Path directory, TestBackend behind) throws IOException {
    return process(
        "Apache",
        directory,
        """
        ServerRoot DIRECTORY
        ServerName a.test
        DefaultRuntimeDir DIRECTORY
        PidFile DIRECTORY/apache.pid
        ErrorLog DIRECTORY/apache.log
        Listen 127.0.0.1:PORT
        User nobody
        Group nogroup
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
        LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
        StartServers 1
        ThreadsPerChild 25
        MaxRequestWorkers 25
        ServerLimit 1
        ProxyPreserveHost On
        MergeSlashes Off
        AllowEncodedSlashes NoDecode
        ProxyPassMatch ^(/.*)$ http://127.0.0.1:BEHIND$1 nocanon
        """,
        behind,
        List.of("apache2", "-DFOREGROUND", "-f", "FILE"));
  }

  static RealServer node(Path directory, TestBackend none) throws IOException {
    return process(
        "Node", directory, resource("reading.js"), none, List.of("node", "FILE", "PORT"));
  }

  static RealServer waitress(Path directory, TestBackend none) throws IOException {
    return process(
        "waitress",
        directory,
        resource("reading.py"),
        none,
        List.of("/usr/bin/python3", "FILE", "PORT"));
  }

  static RealServer jdk(Path directory, TestBackend none) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", RealServer::answer);
    server.start();
    return new RealServer(
        "JDK",
        server.getAddress().getPort(),
        () -> {
          server.stop(0);
          threads.close();
        });
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set(Reading.FIELD, Reading.of(exchange).encoded());
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(200, isHead ? -1 : 2);
      if (!isHead) {
        exchange.getResponseBody().write(new byte[] {'o', 'k'});
      }
    }
  }

  /** What stands behind those that only pass on. */
  static TestBackend behind() {
    return TestBackend.running(
        conversation -> {
          for (Reading reading = Reading.next(conversation.in(), conversation.out());
              reading != null;
              reading = Reading.next(conversation.in(), conversation.out())) {
            conversation.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s: %s\r\n\r\n%s"
                    .formatted(
                        Reading.FIELD,
                        reading.encoded(),
                        reading.method().equals("HEAD") ? "" : "ok"));
          }
        });
  }

  private static RealServer process(
      String name, Path parent, String configuration, TestBackend behind, List<String> command)
      throws IOException {
    int port = Proxy.freePort();
    Path directory = Files.createTempDirectory(parent, name);
    Path file = directory.resolve("configuration");
    Files.writeString(
        file,
        configuration
            .replace("PORT", Integer.toString(port))
            .replace("BEHIND", Integer.toString(behind.port()))
            .replace("DIRECTORY", directory.toString()));
    List<String> words =
        command.stream()
            .map(word -> word.equals("FILE") ? file.toString() : word)
            .map(word -> word.equals("PORT") ? Integer.toString(port) : word)
            .toList();
    Process process = start(words, directory);
    await(name + " listens, see " + directory)
        .atMost(Duration.ofSeconds(30))
        .until(() -> isListening(port));
    return new RealServer(name, port, () -> stop(process));
  }

  private static Process start(List<String> command, Path directory) throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().merge("PATH", "/usr/sbin", (path, sbin) -> path + ":" + sbin);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output").toFile())
        .start();
  }

  private static boolean isListening(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void stop(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = RealServer.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    try {
      running.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
