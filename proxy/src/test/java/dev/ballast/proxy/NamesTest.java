package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.BalancerFactory;
import dev.ballast.balancing.Balancers;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Member;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backends with host names, resolved by a DNS server of the test's own. */
class NamesTest {
  private final FakeDns dns = new FakeDns();
  private final WhileBuilding building = new WhileBuilding();
  private final Proxy proxy =
      Proxy.start(
          settings ->
              settings
                  .withNameServers(List.of(dns.address()))
                  .withExtensions(Extensions.of(List.of(building))));

  /** An algorithm during whose building something happens, once. */
  private static final class WhileBuilding implements BalancerFactory {
    private final AtomicReference<Runnable> event = new AtomicReference<>(() -> {});

    @Override
    public String name() {
      return "while-building";
    }

    @Override
    public Balancer build(List<Member> members, Map<String, String> parameters, long fleetSeed) {
      event.getAndSet(() -> {}).run();
      return Balancers.build(new Algorithm.RoundRobin(), members, fleetSeed);
    }
  }

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

  /** Names of the hosts file do so at once, perhaps before the pool is ready that has asked for them. */
  @Test
  void shouldUseABackendWhoseNameIsResolvedWhileItsPoolIsBuilt() {
    var algorithm = new Algorithm.Custom(building.name(), Optional.empty(), new TreeMap<>());
    Configuration configuration =
        named("b1.ballast.test", 80)
            .put(new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 50));
    proxy.use(configuration);
    assertThat(proxy.backend("web", "b1").resolved()).isNull();

    building.event.set(
        () -> {
          dns.knows("b1.ballast.test", 60, "127.0.0.1");
          await().until(() -> proxy.backend("web", "b1").resolved() != null);
        });
    proxy.use(configuration.backend("web", "b2", "127.0.0.1:81", 1));

    await().until(() -> proxy.backend("web", "b1").eligible());
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
