package dev.ballast.model;

import static dev.ballast.model.RequestPart.Kind.COOKIE;
import static dev.ballast.model.RequestPart.Kind.HEADER;
import static dev.ballast.model.RequestPart.Kind.QUERY;
import static dev.ballast.model.RequestPart.Kind.SOURCE_ADDRESS;
import static dev.ballast.model.RequestPart.Kind.URI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a pool names its algorithm. */
class AlgorithmTest {
  static Stream<Algorithm> all() {
    return Algorithm.all().stream();
  }

  private static Pool read(String algorithm) {
    String yaml = "kind: Pool\nname: p\nalgorithm: " + algorithm;
    return (Pool) Examples.yaml(yaml).resources().iterator().next();
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldBeReadByItsTypeWithItsDefaults(Algorithm algorithm) {
    assertThat(read("{type: " + algorithm.type() + "}").algorithm()).isEqualTo(algorithm);
  }

  static Stream<Arguments> written() {
    return Stream.of(
        Arguments.of("{type: power-of-two-choices}", new Algorithm.PowerOfTwoChoices(2)),
        Arguments.of(
            "{type: power-of-two-choices, choices: 5}", new Algorithm.PowerOfTwoChoices(5)),
        Arguments.of(
            "{type: least-response-time, choices: 3, decay: 500ms}",
            new Algorithm.LeastResponseTime(3, Duration.ofMillis(500))),
        Arguments.of(
            "{type: least-load, expiry: 1m}", new Algorithm.LeastLoad(2, Duration.ofMinutes(1))),
        Arguments.of(
            "{type: custom, factory: nearest}",
            new Algorithm.Custom("nearest", Optional.empty(), new TreeMap<>())),
        Arguments.of(
            "{type: custom, factory: mine, by: header, name: X-User, parameters: {b: 2, a.1: x y}}",
            new Algorithm.Custom(
                "mine",
                Optional.of(new RequestPart(HEADER, "x-user")),
                new TreeMap<>(Map.of("a.1", "x y", "b", "2")))),
        hash("", new RequestPart(SOURCE_ADDRESS, ""), new KeyTable.Maglev(65_537), 0),
        hash(
            ", by: header, name: X-User, tableSize: 251, boundedLoad: 125%",
            new RequestPart(HEADER, "x-user"), new KeyTable.Maglev(251), 125),
        hash(
            ", by: cookie, name: Id, over: ring-hash, points: 40",
            new RequestPart(COOKIE, "Id"),
            new KeyTable.RingHash(40),
            0),
        hash(
            ", by: query, name: user, over: rendezvous",
            new RequestPart(QUERY, "user"),
            new KeyTable.Rendezvous(),
            0),
        hash(
            ", by: query, boundedLoad: 100%",
            new RequestPart(QUERY, ""), new KeyTable.Maglev(65_537), 100),
        hash(", by: uri", new RequestPart(URI, ""), new KeyTable.Maglev(65_537), 0));
  }

  private static Arguments hash(String rest, RequestPart by, KeyTable over, int bound) {
    return Arguments.of("{type: hash" + rest + "}", new Algorithm.Hash(by, over, bound));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: least-response-time, decay: 99ms}",
        "{type: least-response-time, expiry: 1s}",
        "{type: least-load, expiry: 11m}",
        "{type: least-load, choices: 17}",
        "{type: custom}",
        "{type: custom, factory: A}",
        "{type: custom, factory: a, by: header}",
        "{type: custom, factory: a, parameters: {a b: c}}",
        "{type: custom, factory: a, parameters: 3}",
        "{type: custom, factory: a, choices: 3}",
        "{type: hash, by: header}",
        "{type: hash, by: cookie, name: 'a b'}",
        "{type: hash, by: path, name: x}",
        "{type: hash, by: nothing}",
        "{type: hash, over: mgalev}",
        "{type: hash, tableSize: 65536}",
        "{type: hash, tableSize: 13}",
        "{type: hash, over: ring-hash, points: 0}",
        "{type: hash, over: ring-hash, tableSize: 251}",
        "{type: hash, boundedLoad: 99%}",
        "{type: hash, boundedLoad: 1001%}"
      })
  void shouldBeRefusedWithOneProblemThatSaysWhere(String yaml) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> read(yaml));

    assertThat(refusal.problems()).hasSize(1);
    assertThat(refusal.problems().getFirst().path()).startsWith("algorithm");
    assertThat(refusal.problems().getFirst().line()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: least-response-time, decay: 99ms} | algorithm.decay | decay is 100ms to 10m, not 99ms",
        "{type: least-load, expiry: 11m} | algorithm.expiry | expiry is 100ms to 10m, not 11m",
        "{type: least-load, choices: 17} | algorithm.choices | choices 17 is not within 2 to 16",
        "{type: hash, tableSize: 13} | algorithm.tableSize | tableSize 13 is not within 251 to 5000011",
        "{type: hash, tableSize: 65536} | algorithm.tableSize | tableSize is a prime of 251 to 5000011, such as 65537, not 65536",
        "{type: hash, boundedLoad: 99%} | algorithm.boundedLoad | boundedLoad 99% is not within 100% to 1000%"
      })
  void shouldSayWhichParameterIsRefused(String yaml, String path, String message) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> read(yaml));

    assertThat(refusal.problems()).hasSize(1);
    assertThat(refusal.problems().getFirst().path()).isEqualTo(path);
    assertThat(refusal.problems().getFirst().message()).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("written")
  void shouldBeReadWithItsParametersAndWrittenSo(String yaml, Algorithm algorithm) {
    Pool pool = read(yaml);

    assertThat(pool.algorithm()).isEqualTo(algorithm);
    assertThat(Codec.fromJson(Codec.toJson(pool))).isEqualTo(pool);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 17})
  void shouldDrawTwoToSixteen(int choices) {
    var refusal =
        catchThrowableOfType(
            InvalidInput.class,
            () -> read("{type: power-of-two-choices, choices: " + choices + "}"));

    assertThat(refusal.problems().getFirst().path()).isEqualTo("algorithm.choices");
    assertThatThrownBy(() -> new Algorithm.PowerOfTwoChoices(choices))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 to 16");
  }

  @Test
  void shouldKnowNoParametersOfOthers() {
    var refusal =
        catchThrowableOfType(
            InvalidInput.class, () -> read("{type: least-connections, choices: 2}"));

    assertThat(refusal.problems().getFirst().path()).isEqualTo("algorithm.choices");
  }
}
