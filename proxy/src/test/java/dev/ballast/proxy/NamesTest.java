package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backends with host names, resolved by a DNS server of the test's own. */
class NamesTest {
  private final FakeDns dns = new FakeDns();
  private final Proxy proxy =
      Proxy.start(settings -> settings.withNameServers(List.of(dns.address())));

  @AfterEach
  void stop() {
    proxy.close();
    dns.close();
  }

  private Configuration named(String host, int port) {
    return new Configuration()
        .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
        .pool("web")
        .backend("web", "b1", host + ":" + port, 1);
  }

  @Test
  void shouldServeFromABackendOnceItsNameIsResolved() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(named("b1.ballast.test", backend.port()));
      try (var client = proxy.client()) {
        RawClient.Answer early = client.get("/").read();
        assertThat(early.status()).isEqualTo(503);
        assertThat(early.text()).contains("address unknown");
        assertThat(proxy.server().isReady()).as("one dead name hinders nothing else").isTrue();

        dns.knows("b1.ballast.test", 60, "127.0.0.1");

        await().until(() -> proxy.backend("web", "b1").eligible());
        assertThat(client.get("/").read().text()).isEqualTo("one");
        assertThat(proxy.backend("web", "b1").resolved()).isEqualTo("127.0.0.1");
      }
    }
  }

  @Test
  void shouldAskAgainWhenTheTimeToLiveIsOverAndFollowTheAnswer() {
    dns.knows("b1.ballast.test", 1, "127.0.0.1");
    proxy.use(named("b1.ballast.test", 80));
    await().until(() -> "127.0.0.1".equals(proxy.backend("web", "b1").resolved()));

    dns.knows("b1.ballast.test", 1, "127.0.0.9");

    await().until(() -> "127.0.0.9".equals(proxy.backend("web", "b1").resolved()));
  }

  @Test
  void shouldNotAskBeforeTheTimeToLiveIsOver() {
    dns.knows("long.ballast.test", 600, "127.0.0.1").knows("short.ballast.test", 1, "127.0.0.2");
    proxy.use(named("long.ballast.test", 80).backend("web", "b2", "short.ballast.test:80", 1));
    await()
        .until(
            () ->
                proxy.backend("web", "b1").resolved() != null
                    && proxy.backend("web", "b2").resolved() != null);
    int before = dns.questions();

    dns.knows("long.ballast.test", 600, "127.0.0.8").knows("short.ballast.test", 1, "127.0.0.9");

    await().until(() -> "127.0.0.9".equals(proxy.backend("web", "b2").resolved()));
    assertThat(dns.questions()).isGreaterThan(before);
    assertThat(proxy.backend("web", "b1").resolved()).isEqualTo("127.0.0.1");
  }

  @Test
  void shouldKeepTheLastGoodAnswerWhileTheServerFails() {
    dns.knows("b1.ballast.test", 1, "127.0.0.1");
    proxy.use(named("b1.ballast.test", 80));
    await().until(() -> proxy.backend("web", "b1").resolved() != null);

    dns.fail(true);
    int before = dns.questions();

    await().until(() -> dns.questions() > before + 1);
    assertThat(proxy.backend("web", "b1").resolved()).isEqualTo("127.0.0.1");
    assertThat(proxy.backend("web", "b1").eligible()).isTrue();
  }

  @Test
  void shouldStayWithAnAddressThatIsStillAmongTheAnswers() {
    dns.knows("b1.ballast.test", 1, "127.0.0.5");
    proxy.use(named("b1.ballast.test", 80));
    await().until(() -> proxy.backend("web", "b1").resolved() != null);
    int before = dns.questions();

    dns.knows("b1.ballast.test", 1, "127.0.0.6", "127.0.0.5");

    await().until(() -> dns.questions() > before + 2);
    assertThat(proxy.backend("web", "b1").resolved()).isEqualTo("127.0.0.5");
  }

  @Test
  void shouldTakeNamesFromTheHostsFileFirst() {
    proxy.use(named("localhost", 80));

    await().until(() -> proxy.backend("web", "b1").eligible());
    assertThat(proxy.backend("web", "b1").resolved()).isEqualTo("127.0.0.1");
  }

  @Test
  void shouldForgetNamesThatNobodyUses() {
    dns.knows("b1.ballast.test", 1, "127.0.0.1");
    proxy.use(named("b1.ballast.test", 80));
    await().until(() -> proxy.metric("ballast_proxy_names") == 1);

    proxy.use(named("127.0.0.1", 80));

    assertThat(proxy.metric("ballast_proxy_names")).isZero();
  }
}
