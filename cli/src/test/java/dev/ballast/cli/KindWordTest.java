package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class KindWordTest {
  @ParameterizedTest
  @CsvSource({
    "loadbalancer, LOAD_BALANCERS",
    "LoadBalancers, LOAD_BALANCERS",
    "load-balancer, LOAD_BALANCERS",
    "lb, LOAD_BALANCERS",
    "pool, POOLS",
    "pools, POOLS",
    "p, POOLS",
    "backend, BACKENDS",
    "be, BACKENDS",
    "fleet, FLEETS",
    "f, FLEETS",
    "lbserver, LB_SERVERS",
    "lb-servers, LB_SERVERS",
    "lbs, LB_SERVERS"
  })
  void shouldUnderstandSingularPluralAndShortNames(String text, KindWord kind) {
    assertThat(KindWord.of(text)).contains(kind);
  }

  @Test
  void shouldNameWhatIsKnownWhenAWordIsNot() {
    assertThatThrownBy(() -> new KindWord.Converter().convert("poools"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("\"poools\" is not a kind")
        .hasMessageContaining("pools (pool, p)");
  }
}
