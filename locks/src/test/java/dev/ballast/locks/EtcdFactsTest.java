package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EtcdFactsTest {
  @Test
  void shouldKnowTheVersionsThatMayEndLivingLeases() {
    assertThat(List.of("3.3.27", "3.4.23", "3.4.30", "3.5.0", "3.5.12"))
        .allMatch(EtcdFacts::mayRevokeEarly);
    assertThat(List.of("3.4.31", "3.5.13", "3.5.21", "3.6.0-rc.1", "4.0.0", "?"))
        .noneMatch(EtcdFacts::mayRevokeEarly);
  }
}
