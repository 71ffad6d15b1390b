package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Listener;
import dev.ballast.model.Protocol;
import dev.ballast.model.SniRoute;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TLS passed on unopened, by the name that the client asks for. */
class PassthroughTest {
  private static final Authority CA = Authority.named("Passthrough CA");

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Configuration configuration(String web, String other) {
    var listener =
        new Listener("pass", proxy.port(), Protocol.TLS_PASSTHROUGH, Optional.of("web"))
            .withSni(List.of(new SniRoute("*.b.test", "other")));
    return new Configuration()
        .balancer("pass", List.of("a.test"), listener)
        .pool("web")
        .backend("web", "b1", web, 1)
        .pool("other")
        .backend("other", "b1", other, 1);
  }

  @Test
  void shouldLeadEachNameToItsPool() {
    try (var web = TlsBackend.named("web", CA.context(CA.issue("a.test")));
        var other = TlsBackend.named("other", CA.context(CA.issue("x.b.test")))) {
      proxy.use(configuration(web.address(), other.address()));
      try (var client = RawClient.to(proxy.port(), CA.client(), "a.test")) {
        assertThat(client.get("/").read().text()).isEqualTo("web");
      }
      try (var client = RawClient.to(proxy.port(), CA.client(), "x.b.test")) {
        assertThat(client.get("/").read().text()).isEqualTo("other");
      }
      assertThat(proxy.metric("ballast_proxy_passed_through_total")).isEqualTo(2);
    }
  }

  @Test
  void shouldPassOnExactlyTheBytesThatCame() throws IOException {
    byte[] hello =
        HelloBytes.records(
            HelloBytes.hello().named("a.test").extension(99, new byte[300]).message(), 50);
    try (var echo = TestBackend.echo()) {
      proxy.use(configuration(echo.address(), echo.address()));
      try (var client = proxy.client()) {
        for (byte one : hello) {
          client.send(new byte[] {one});
        }
        assertThat(client.in().readNBytes(hello.length)).isEqualTo(hello);
        client.send("and on");
        assertThat(client.in().readNBytes(6)).asString().isEqualTo("and on");
      }
    }
  }

  @Test
  void shouldRefuseANameThatNobodyHasWithAnAlert() throws IOException {
    assertRefused(HelloBytes.hello().named("c.test").bytes(), new byte[] {21, 3, 3, 0, 2, 2, 112});
    assertCounted("unrecognized-name");
  }

  @Test
  void shouldRefuseAClientThatAsksForNoName() throws IOException {
    assertRefused(HelloBytes.hello().bytes(), new byte[] {21, 3, 3, 0, 2, 2, 112});
    assertCounted("unrecognized-name");
  }

  @Test
  void shouldCloseOnWhatIsNoFirstMessage() throws IOException {
    assertRefused(HelloBytes.hello().named("a b").bytes(), new byte[0]);
    assertCounted("hello-malformed");
  }

  private void assertRefused(byte[] sent, byte[] answer) throws IOException {
    try (var echo = TestBackend.echo()) {
      proxy.use(configuration(echo.address(), echo.address()));
      try (var client = proxy.client().send(sent)) {
        assertThat(client.in().readAllBytes()).isEqualTo(answer);
      }
      assertThat(echo.connections()).isZero();
    }
  }

  private void assertCounted(String reason) {
    String line = "ballast_proxy_handshakes_failed_total{reason=\"" + reason + "\"}";
    Awaitility.await().untilAsserted(() -> assertThat(proxy.metric(line)).isEqualTo(1));
  }
}
