package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.RouteMatch;
import dev.ballast.model.ValueMatch;
import dev.ballast.model.ValueMatch.How;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conditions on fields and parameters. */
class RouteConditionsTest {
  private static RouteConditions conditions(
      List<String> methods, List<ValueMatch> headers, List<ValueMatch> query) {
    return RouteConditions.of(
        new RouteMatch(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            methods,
            headers,
            query));
  }

  @ParameterizedTest(name = "?{2} with v {0} {1}: {3}")
  @CsvSource({
    "EXACT,   a,      v=a,          true",
    "EXACT,   a,      v=ab,         false",
    "EXACT,   a,      x=1&v=a&y,    true",
    "EXACT,   a,      v=b&v=a,      true",
    "EXACT,   a,      v=%61,        true",
    "EXACT,   a,      %76=a,        true",
    "EXACT,   %61,    v=a,          true",
    "EXACT,   a%20b,  v=a+b,        true",
    "EXACT,   a%20b,  v=a%20b,      true",
    "EXACT,   a%2Bb,  v=a+b,        false",
    "EXACT,   a=b,    v=a=b,        true",
    "EXACT,   '',     v,            true",
    "EXACT,   '',     v=,           true",
    "EXACT,   '',     vv=,          false",
    "EXACT,   '',     '',           false",
    "EXACT,   %zz,    v=%zz,        true",
    "PREFIX,  ab,     v=abc,        true",
    "PREFIX,  ab,     v=a%62c,      true",
    "PREFIX,  ab,     v=a,          false",
    "REGEX,   [0-9]+, v=12,         true",
    "REGEX,   [0-9]+, v=%31,        true",
    "REGEX,   [0-9]+, v=12a,        false",
    "PRESENT, '',     v,            true",
    "PRESENT, '',     a&v=1,        true",
    "PRESENT, '',     V=1,          false",
    "ABSENT,  '',     a=v,          true",
    "ABSENT,  '',     '&&',         true",
    "ABSENT,  '',     %76,          false",
  })
  void shouldCompareParametersAsTheyMean(How how, String value, String query, boolean isMet) {
    var conditions = conditions(List.of(), List.of(), List.of(new ValueMatch("v", how, value)));

    assertThat(conditions.hold(Heads.get("/?" + query))).isEqualTo(isMet);
  }

  @Test
  void shouldTakeARequestWithoutAQuery() {
    var absent = conditions(List.of(), List.of(), List.of(new ValueMatch("v", How.ABSENT, "")));
    var present = conditions(List.of(), List.of(), List.of(new ValueMatch("v", How.PRESENT, "")));

    assertThat(absent.hold(Heads.get("/v"))).isTrue();
    assertThat(present.hold(Heads.get("/v"))).isFalse();
  }

  @ParameterizedTest(name = "{2} with x-env {0} {1}: {3}")
  @CsvSource({
    "EXACT,   blue,  X-Env: blue,       true",
    "EXACT,   blue,  X-ENV:   blue  ,   true",
    "EXACT,   blue,  X-Env: Blue,       false",
    "EXACT,   blue,  X-Env: blue2,      false",
    "EXACT,   blue,  X-Envy: blue,      false",
    "PREFIX,  bl,    X-Env: blue,       true",
    "PREFIX,  bl,    X-Env: b,          false",
    "REGEX,   b.*e,  X-Env: blue,       true",
    "REGEX,   b.*,   X-Env: a blue,     false",
    "PRESENT, '',    X-Env:,            true",
    "PRESENT, '',    A: b,              false",
    "ABSENT,  '',    A: b,              true",
    "ABSENT,  '',    X-Env: 1,          false",
  })
  void shouldCompareFields(How how, String value, String field, boolean isMet) {
    var conditions = conditions(List.of(), List.of(new ValueMatch("x-env", how, value)), List.of());

    assertThat(conditions.hold(Heads.get("/", field))).isEqualTo(isMet);
  }

  @Test
  void shouldLookAtEachLineOfAFieldAndAtNoneForThisHopAlone() {
    var conditions =
        conditions(List.of(), List.of(new ValueMatch("x-env", How.EXACT, "blue")), List.of());

    assertThat(conditions.hold(Heads.get("/", "X-Env: red", "X-Env: blue"))).isTrue();
    assertThat(conditions.hold(Heads.get("/", "X-Env: blue", "Connection: x-env"))).isFalse();
  }

  @Test
  void shouldTakeAnyOfTheMethods() {
    var conditions = conditions(List.of("PUT", "PURGE"), List.of(), List.of());

    assertThat(conditions.hold(Heads.request("PURGE", "/"))).isTrue();
    assertThat(conditions.hold(Heads.request("PUT", "/"))).isTrue();
    assertThat(conditions.hold(Heads.request("PU", "/"))).isFalse();
    assertThat(conditions.hold(Heads.request("purge", "/"))).isFalse();
  }
}
