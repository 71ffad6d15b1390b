package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ballast.model.KeyTable;
import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables against what the Maglev paper (section 5.3) and counting say; its table sizes with fewer backends where time asks for it. */
class TableEvaluationTest {
  private static final int SMALL = 65_537;
  private static final long SEED = 1;

  static Stream<KeyTable> tables() {
    return Stream.concat(Stream.of(new KeyTable.Maglev(4_099)), monotoneTables());
  }

  static Stream<KeyTable> monotoneTables() {
    return Stream.of(new KeyTable.RingHash(100), new KeyTable.Rendezvous());
  }

  /** All have ⌊65,537 / 1,000⌋ = 65 entries or one more. */
  @Test
  void shouldFindMaglevAsEvenAsCanBe() {
    var evenness = TableEvenness.of(new KeyTable.Maglev(SMALL), SMALL, 1_000, 3, SEED);

    assertThat(evenness.least()).isCloseTo(65 / 65.537, within(1e-9));
    assertThat(evenness.most()).isCloseTo(66 / 65.537, within(1e-9));
    assertThat(evenness.overProvisioning()).isLessThan(0.01);
  }

  /**
   * Entries that fall at random: a backend's count is nearly Poisson distributed, so its standard deviation is √mean, and the most of 1,000 lies
   * about 3.2 of these above the mean (extreme values of the normal distribution), that of 100 about 2.5. A ring's arcs differ besides by 1/√1000.
   */
  @ParameterizedTest
  @CsvSource({"0, 100, 2.5, 0", "0, 1000, 3.2, 0", "1000, 100, 2.5, 0.032"})
  void shouldFindTheOthersAsUnevenAsChanceMakesThem(
      int points, int backends, double deviations, double ofArcs) {
    var table = points == 0 ? new KeyTable.Rendezvous() : new KeyTable.RingHash(points);
    double mean = (double) SMALL / backends;
    double deviation = Math.hypot(1 / Math.sqrt(mean), ofArcs);

    var evenness = TableEvenness.of(table, SMALL, backends, 4, SEED);

    assertThat(evenness.overProvisioning() / deviation)
        .isBetween(deviations - 0.7, deviations + 0.9);
    assertThat((1 - evenness.least()) / deviation).isBetween(deviations - 0.9, deviations + 0.7);
    assertThat(evenness.leastOverProvisioning()).isLessThan(evenness.overProvisioning());
    assertThat(evenness.mostOverProvisioning()).isGreaterThan(evenness.overProvisioning());
  }

  @ParameterizedTest
  @MethodSource("tables")
  void shouldGiveTheSameForTheSameSeed(KeyTable table) {
    var one = TableEvenness.of(table, 4_099, 50, 2, 7);

    assertThat(TableEvenness.of(table, 4_099, 50, 2, 7)).isEqualTo(one);
    assertThat(one.tables()).hasSize(2);
  }

  /** A Maglev table is as even under any seed, so only its entries tell. */
  @ParameterizedTest
  @MethodSource("tables")
  void shouldBeAnotherTableForAnotherSeed(KeyTable table) {
    var one = FilledTable.of(table, 4_099, 50, 1);
    var other = FilledTable.of(table, 4_099, 50, 2);
    long same = IntStream.range(0, 4_099).filter(i -> one.owner(i) == other.owner(i)).count();

    assertThat(same).isBetween(20L, 200L);
  }

  @ParameterizedTest
  @MethodSource("monotoneTables")
  void shouldMoveNothingOfThoseWhoStayWithoutMaglev(KeyTable table) {
    var before = FilledTable.of(table, 10_007, 40, SEED);
    var gone = new BitSet();
    gone.set(3);
    gone.set(17);
    var after = before.without(gone);
    for (int entry = 0; entry < before.entries(); entry++) {
      int owner = before.owner(entry);
      assertThat(after.owner(entry) == owner).isEqualTo(!gone.get(owner));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "10, 3", "50, 2"})
  void shouldLoseTheShareOfThoseWhoFailedAndMoveFewBesides(int failed, int draws) {
    var small = TableDisruption.of(SMALL, 1_000, failed, draws, SEED);

    assertThat(small.lost()).isCloseTo(failed / 1_000.0, within(0.02 * failed / 1_000));
    assertThat(small.kept()).isEqualTo(small.lost());
    assertThat(small.moved()).isPositive().isLessThan(0.25);
  }

  /** The paper: "more resilient to backend changes when the table size is larger". */
  @Test
  void shouldMoveFewerInALargerTable() {
    var small = TableDisruption.of(10_007, 100, 5, 5, SEED);
    var large = TableDisruption.of(100_003, 100, 5, 5, SEED);

    assertThat(large.moved()).isLessThan(small.moved() / 2);
  }

  @Test
  void shouldFailTheSameForTheSameSeed() {
    var one = TableDisruption.of(4_099, 50, 3, 4, 7);

    assertThat(TableDisruption.of(4_099, 50, 3, 4, 7)).isEqualTo(one);
    assertThat(IntStream.range(8, 12).mapToObj(seed -> TableDisruption.of(4_099, 50, 3, 4, seed)))
        .doesNotContain(one);
  }
}
