package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
  private final Router router =
      new Router(List.of(Router.Route.of("GET", "/v1/locks/{}", _ -> Answer.empty(204))));

  @Test
  void shouldKeepWhatIsNotEncodedBesideWhatIs() {
    assertThat(router.find("GET", "/v1/locks/ä%E2%82%ACß%2f").names()).containsExactly("ä€ß/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "a%2", "%zz", "%C3", "ä%+1"})
  void shouldRefuseWhatIsNotEncodedRight(String segment) {
    assertThatThrownBy(() -> router.find("GET", "/v1/locks/" + segment))
        .isInstanceOf(HttpProblem.class)
        .hasMessageContaining("not percent-encoded UTF-8");
  }
}
