package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AdminState;
import dev.ballast.model.ProxyProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Backends that are told by a PROXY header whom a connection is from, real ones among them. */
class IntroductionTest {
  private static final String CLIENT = "127.0.0.9";

  @TempDir Path directory;
  private final Proxy proxy = Proxy.start();
  private final List<String> introductions = new CopyOnWriteArrayList<>();
  private final TestBackend backend =
      TestBackend.running(
          conversation -> {
            introductions.add(HttpText.readLine(conversation.in()));
            while (conversation.readRequest() != null) {
              conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
          });

  @AfterEach
  void stop() {
    proxy.close();
    backend.close();
  }

  @Test
  void shouldUseAConnectionAgainForTheSameClientOnly() {
    proxy.use(Configuration.http(proxy.port(), backend).introduced("web", ProxyProtocol.V1));
    try (var first = proxy.client();
        var second = RawClient.from(CLIENT, proxy.port())) {
      for (int i = 0; i < 3; i++) {
        assertThat(first.get("/").read().status()).isEqualTo(200);
        assertThat(second.get("/").read().status()).isEqualTo(200);
      }
      assertThat(introductions)
          .containsExactlyInAnyOrder(introduction(first), introduction(second));
    }
    await().until(() -> backend.openConnections() == 0);
    assertThat(proxy.metric("ballast_proxy_upstreams_idle")).isZero();
  }

  @Test
  void shouldCloseTheIdleConnectionOfOneClientForAnother() {
    proxy.use(
        Configuration.http(proxy.port(), backend)
            .introduced("web", ProxyProtocol.V1)
            .resilient("web", Resiliences.breaker(1, 100, 100, Duration.ofSeconds(20))));
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(proxy.client());
    }
    for (int i = 0; i < 3; i++) {
      clients.forEach(client -> assertThat(client.get("/").read().text()).isEqualTo("ok"));
    }
    assertThat(backend.openConnections()).isLessThanOrEqualTo(2);
    assertThat(introductions).contains(introduction(clients.getFirst()));
    clients.forEach(RawClient::close);
    await().until(() -> proxy.metric("ballast_proxy_pool_idle_connections{pool=\"web\"}") == 0);
    assertThat(proxy.metric("ballast_proxy_upstreams_idle")).isZero();
  }

  @Test
  void shouldNotKeepAConnectionWhileAnotherClientWaits() {
    var mayAnswer = new Semaphore(0);
    try (var patient =
        TestBackend.running(
            conversation -> {
              HttpText.readLine(conversation.in());
              while (conversation.readRequest() != null) {
                mayAnswer.acquireUninterruptibly();
                conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
              }
            })) {
      proxy.use(
          Configuration.http(proxy.port(), patient)
              .introduced("web", ProxyProtocol.V1)
              .resilient("web", Resiliences.breaker(1, 100, 100, Duration.ofSeconds(20))));
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(proxy.client().get("/"));
      }
      await().until(() -> proxy.metric("ballast_proxy_pool_waiting{pool=\"web\"}") >= 4);
      mayAnswer.release(6);
      clients.forEach(client -> assertThat(client.read().text()).isEqualTo("ok"));
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void shouldCloseIdleConnectionsToABackendThatIsDisabled() {
    var here = Configuration.http(proxy.port(), backend).introduced("web", ProxyProtocol.V1);
    proxy.use(here);
    try (var client = proxy.client()) {
      assertThat(client.get("/").read().text()).isEqualTo("ok");
      proxy.use(here.backend("web", "b1", backend.address(), AdminState.DISABLED));
      await().until(() -> backend.openConnections() == 0);
    }
  }

  private String introduction(RawClient client) {
    return "PROXY TCP4 %s 127.0.0.1 %d %d"
        .formatted(
            client.socket().getLocalAddress().getHostAddress(),
            client.socket().getLocalPort(),
            proxy.port());
  }

  @Test
  void shouldPassOnWhomAFrontProxyHasNamed() {
    proxy.use(
        Configuration.http(proxy.port(), backend)
            .introduced("web", ProxyProtocol.V1)
            .fronted("web", "127.0.0.1"));
    String header = "PROXY TCP6 2001:db8::7 2001:db8::1 50000 443";
    try (var client = proxy.client().send(header + "\r\n")) {
      assertThat(client.get("/").read().status()).isEqualTo(200);
    }
    assertThat(introductions)
        .containsExactly("PROXY TCP6 2001:db8:0:0:0:0:0:7 2001:db8:0:0:0:0:0:1 50000 443");
  }

  @Test
  void shouldIntroduceAStreamBeforeTheClientHasSaidAnything() {
    try (var greeter =
        TestBackend.running(
            conversation ->
                conversation.write("hello " + HttpText.readLine(conversation.in()) + "\n"))) {
      proxy.use(Configuration.tcp(proxy.port(), greeter).introduced("cache", ProxyProtocol.V1));
      try (var client = RawClient.from(CLIENT, proxy.port())) {
        assertThat(TcpTest.textOf(client.in())).isEqualTo("hello " + introduction(client) + "\n");
      }
    }
  }

  @Test
  void shouldBeginAnewWhenTheHeaderIsTurnedOnOrOff() {
    proxy.use(Configuration.http(proxy.port(), backend).introduced("web", ProxyProtocol.V1));
    try (var plain = TestBackend.named("plain");
        var client = proxy.client()) {
      client.get("/").read();
      proxy.use(Configuration.http(proxy.port(), plain));
      assertThat(client.get("/").read().text()).isEqualTo("plain");
      assertThat(plain.heads().getFirst()).startsWith("GET / HTTP/1.1\r\n");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldBeUnderstoodByHaproxy(ProxyProtocol version) throws Exception {
    try (var haproxy =
        haproxy(
            """
            frontend here
              bind 127.0.0.1:PORT accept-proxy
              http-request return status 200 content-type text/plain lf-string "%[src]:%[src_port]"
            """)) {
      assertThat(answerOf(haproxy, version)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldBeUnderstoodByNginx(ProxyProtocol version) throws Exception {
    try (var nginx =
        new RealProcess(
            directory,
            """
            daemon off;
            master_process off;
            pid DIRECTORY/nginx.pid;
            error_log stderr;
            events {}
            http {
              access_log off;
              client_body_temp_path DIRECTORY/a;
              proxy_temp_path DIRECTORY/b;
              fastcgi_temp_path DIRECTORY/c;
              uwsgi_temp_path DIRECTORY/d;
              scgi_temp_path DIRECTORY/e;
              server {
                listen 127.0.0.1:PORT proxy_protocol;
                location / {
                  return 200 "$proxy_protocol_addr:$proxy_protocol_port";
                }
              }
            }
            """,
            "nginx",
            "-c",
            "FILE")) {
      assertThat(answerOf(nginx, version)).isTrue();
    }
  }

  /** Whether the server's answer names the client. */
  private boolean answerOf(RealProcess server, ProxyProtocol version) {
    proxy.use(
        Configuration.http(proxy.port())
            .backend("web", "b1", "127.0.0.1:" + server.port, 1)
            .introduced("web", version));
    try (var client = RawClient.from(CLIENT, proxy.port())) {
      String expected = CLIENT + ":" + client.socket().getLocalPort();
      String first = client.get("/").read().text();
      String second = client.get("/").read().text();
      return first.equals(expected) && second.equals(expected);
    }
  }

  @Test
  void shouldUnderstandHaproxy() throws Exception {
    for (String option : List.of("send-proxy", "send-proxy-v2")) {
      try (var seen = TestBackend.named("seen");
          var haproxy =
              haproxy(
                  """
                  frontend here
                    mode tcp
                    bind 127.0.0.1:PORT
                    default_backend lb
                  backend lb
                    mode tcp
                    server lb 127.0.0.1:%d %s
                  """
                      .formatted(proxy.port(), option))) {
        proxy.use(Configuration.http(proxy.port(), seen).fronted("web", "127.0.0.1"));
        try (var client = RawClient.from(CLIENT, haproxy.port)) {
          assertThat(client.get("/").read().text()).isEqualTo("seen");
        }
        assertThat(HttpText.field(seen.heads().getFirst(), "X-Forwarded-For")).isEqualTo(CLIENT);
      }
    }
  }

  private RealProcess haproxy(String configuration) throws IOException {
    String defaults =
        """
        defaults
          mode http
          timeout connect 5s
          timeout client 10s
          timeout server 10s
        """;
    return new RealProcess(directory, defaults + configuration, "haproxy", "-db", "-f", "FILE");
  }

  /** A server as others run it, on a port of its own. */
  private static final class RealProcess implements AutoCloseable {
    private final int port = Proxy.freePort();
    private final Process process;

    RealProcess(Path parent, String configuration, String... command) throws IOException {
      Path directory = Files.createTempDirectory(parent, command[0]);
      Path file = directory.resolve("configuration");
      Files.writeString(
          file,
          configuration
              .replace("PORT", Integer.toString(port))
              .replace("DIRECTORY", directory.toString()));
      List<String> words =
          List.of(command).stream()
              .map(word -> word.equals("FILE") ? file.toString() : word)
              .toList();
      var builder = new ProcessBuilder(words).redirectErrorStream(true);
      builder.environment().merge("PATH", "/usr/sbin", (path, sbin) -> path + ":" + sbin);
      process = builder.redirectOutput(directory.resolve("output").toFile()).start();
      await(command[0] + " listens, see " + directory)
          .atMost(Duration.ofSeconds(30))
          .until(this::isListening);
    }

    private boolean isListening() {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return socket.isConnected();
      } catch (IOException notYet) {
        return false;
      }
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(Duration.ofSeconds(5))) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
