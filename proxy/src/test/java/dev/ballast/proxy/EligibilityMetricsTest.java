package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many of a pool's backends may be picked, and why so many, is shown. */
class EligibilityMetricsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Proxy proxy = Proxy.start(() -> NOW);

  @AfterEach
  void stop() {
    proxy.close();
  }

  private double standing(String word) {
    return proxy.metric(
        "ballast_proxy_pool_backends{pool=\"web\",standing=\"%s\"}".formatted(word));
  }

  private double ofPool(String metric) {
    return proxy.metric("ballast_proxy_pool_" + metric + "{pool=\"web\"}");
  }

  private Configuration fourBackends() {
    Configuration configuration =
        Configuration.http(proxy.port())
            .pool("web", Configuration.BRISK, Optional.of(Configuration.CHECK));
    for (int i = 1; i <= 4; i++) {
      configuration.backend("web", "b" + i, "127.0.0.1:" + i, 1);
    }
    return configuration;
  }

  @Test
  void shouldCountBackendsByHowTheyStand() {
    proxy.use(
        fourBackends()
            .status("web", "b1", Verdict.HEALTHY, NOW)
            .status("web", "b2", Verdict.UNHEALTHY, NOW)
            .backend("web", "b4", "127.0.0.1:4", AdminState.DRAINING));

    assertThat(standing("healthy")).isEqualTo(1);
    assertThat(standing("unhealthy")).isEqualTo(1);
    assertThat(standing("unknown-and-new")).isEqualTo(1);
    assertThat(standing("draining")).isEqualTo(1);
    assertThat(standing("ejected")).isZero();
    assertThat(ofPool("panic_threshold_ratio")).isEqualTo(0.5);
  }

  @Test
  void shouldShowThatPanicTakesUnhealthyBackendsIn() {
    Configuration configuration = fourBackends();
    for (int i = 1; i <= 4; i++) {
      configuration.status("web", "b" + i, i == 1 ? Verdict.HEALTHY : Verdict.UNHEALTHY, NOW);
    }
    proxy.use(configuration);

    assertThat(ofPool("panic")).isEqualTo(1);
    assertThat(ofPool("eligible_backends")).isEqualTo(4);
    assertThat(standing("unhealthy")).isEqualTo(3);
    assertThat(proxy.reportOf("web").eligible()).isEqualTo(4);
    assertThat(proxy.backend("web", "b2").reason()).isEqualTo("panic, though unhealthy");

    proxy.use(configuration.status("web", "b2", Verdict.HEALTHY, NOW));

    assertThat(ofPool("panic")).isZero();
    assertThat(ofPool("eligible_backends")).isEqualTo(2);
  }

  @Test
  void shouldShowThatBackendsOfWhichNothingIsKnownAreUsedWhenNoneIsHealthy() {
    proxy.use(fourBackends());

    assertThat(standing("unknown-among-unknown")).isEqualTo(4);
    assertThat(ofPool("eligible_backends")).isEqualTo(4);
    assertThat(ofPool("panic")).isZero();
  }
}
