package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.verify.Linearizability.Call;
import dev.ballast.verify.RegisterModel.Read;
import dev.ballast.verify.RegisterModel.ReadOfSomething;
import dev.ballast.verify.RegisterModel.Refused;
import dev.ballast.verify.RegisterModel.Use;
import dev.ballast.verify.RegisterModel.Write;
import dev.ballast.verify.TokenHistory.Grant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checkers of histories, on histories made by hand, and against each other on random ones. */
final class LinearizabilityTest {
  /** A history, and what is to be said of it with a fenced register and with a plain one. */
  record Case(String description, boolean fenced, boolean plain, List<Call<Use>> history) {
    @Override
    public String toString() {
      return description;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("nothing happened", true, true, List.of()),
        new Case(
            "one holder after the other",
            true,
            true,
            List.of(read(1, 0, 0, 1), write(1, 0, 2, 3), read(2, 1, 4, 5), write(2, 1, 6, 7))),
        new Case(
            "two read before either wrote: an update is lost",
            false,
            false,
            List.of(read(1, 0, 0, 1), read(2, 0, 2, 3), write(1, 0, 4, 5), write(2, 0, 6, 7))),
        new Case(
            "the older was refused, after the newer had read",
            true,
            false,
            List.of(read(1, 0, 0, 1), read(2, 0, 2, 3), refused(1, 4, 5), write(2, 0, 6, 7))),
        new Case(
            "the newest was refused",
            false,
            false,
            List.of(read(1, 0, 0, 1), read(2, 0, 2, 3), refused(2, 4, 5))),
        new Case(
            "the older wrote late, and hit upon the value that it had read",
            false,
            true,
            List.of(read(1, 0, 0, 1), read(2, 0, 2, 3), write(1, 0, 4, 5))),
        new Case(
            "a read that overlaps a write may see what was before",
            true,
            true,
            List.of(write(1, 0, 0, 9), read(1, 0, 1, 2))),
        new Case(
            "a read that overlaps a write may see what comes after",
            true,
            true,
            List.of(write(1, 0, 0, 9), read(1, 1, 1, 2))),
        new Case(
            "a read after a write must see it",
            false,
            false,
            List.of(write(1, 0, 0, 1), read(1, 0, 2, 3))),
        new Case(
            "two reads may not see a write come and go",
            false,
            false,
            List.of(write(1, 0, 0, 9), read(1, 1, 1, 2), read(1, 0, 3, 4))),
        new Case(
            "a write without an answer happened",
            true,
            true,
            List.of(read(1, 0, 0, 1), unanswered(new Write(1, 0, 1), 2), read(2, 1, 8, 9))),
        new Case(
            "a write without an answer did not happen",
            true,
            true,
            List.of(read(1, 0, 0, 1), unanswered(new Write(1, 0, 1), 2), read(2, 0, 8, 9))),
        new Case(
            "a write without an answer happened long after, too late for a fence",
            false,
            false,
            List.of(
                read(1, 0, 0, 1),
                unanswered(new Write(1, 0, 1), 2),
                read(2, 0, 3, 4),
                read(2, 1, 5, 6),
                write(2, 0, 8, 9))),
        new Case(
            "a read without an answer has shown its token",
            true,
            false,
            List.of(read(1, 0, 0, 1), unanswered(new ReadOfSomething(2), 2), refused(1, 3, 4))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldJudgeAHistoryOfTheRegister(Case history) {
    assertThat(Linearizability.isLinearizable(new RegisterModel(true), history.history()))
        .as("fenced: " + history)
        .isEqualTo(history.fenced());
    assertThat(Linearizability.isLinearizable(new RegisterModel(false), history.history()))
        .as("plain: " + history)
        .isEqualTo(history.plain());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldJudgeTokensAsTheSearchDoes(long seed) {
    var random = new SplittableRandom(seed);
    int good = 0;
    for (int i = 0; i < 2000; i++) {
      var grants = grants(random);
      var calls = grants.stream().map(g -> new Call<>(g.token(), g.asked(), g.answered())).toList();
      boolean expected = Linearizability.isLinearizable(new Counter(), calls);
      assertThat(TokenHistory.violation(grants).isEmpty()).as("%s", grants).isEqualTo(expected);
      good += expected ? 1 : 0;
    }
    assertThat(good).as("histories of either kind").isBetween(200, 1800);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldFindAnOrderAmongManyThatOverlap(long seed) {
    var random = new SplittableRandom(seed);
    List<Call<Use>> calls = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      calls.add(
          write(
              i + 1,
              i,
              10 * i - random.nextInt(40),
              10 * i + random.nextInt(40),
              i == 149 || random.nextInt(6) > 0));
    }
    Collections.shuffle(calls, new java.util.Random(seed));
    assertThat(Linearizability.isLinearizable(new RegisterModel(true), calls)).isTrue();
    calls.add(write(150, 149, 1490, 1510));
    assertThat(Linearizability.isLinearizable(new RegisterModel(true), calls)).isFalse();
  }

  /** The object of which {@link TokenHistory} speaks. */
  private record Counter() implements Linearizability.Model<Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Optional<Long> after(Long newest, Long token) {
      return token > newest ? Optional.of(token) : Optional.empty();
    }
  }

  /** Up to eight grants, mostly in order, some with a token of another. */
  private static List<Grant> grants(SplittableRandom random) {
    int count = 2 + random.nextInt(7);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              long asked = 10L * i + random.nextInt(12);
              long token = random.nextInt(12) == 0 ? 1 + random.nextInt(count) : i + 1L;
              return new Grant("c" + i, token, asked, asked + random.nextInt(25));
            })
        .toList();
  }

  private static Call<Use> read(long token, long value, long invoked, long returned) {
    return new Call<>(new Read(token, value), invoked, returned);
  }

  private static Call<Use> write(long token, long from, long invoked, long returned) {
    return new Call<>(new Write(token, from, from + 1), invoked, returned);
  }

  private static Call<Use> write(
      long token, long from, long invoked, long returned, boolean isAnswered) {
    return isAnswered
        ? write(token, from, invoked, returned)
        : unanswered(new Write(token, from, from + 1), invoked);
  }

  private static Call<Use> refused(long token, long invoked, long returned) {
    return new Call<>(new Refused(token), invoked, returned);
  }

  private static Call<Use> unanswered(Use use, long invoked) {
    return new Call<>(use, invoked, Linearizability.NEVER);
  }
}
