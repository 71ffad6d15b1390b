package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TransactionsTest {
  private static final int REVISION = 1;
  private static final int FLEET = 2;
  private static final int FOREIGN = 3;

  private final Transactions transactions = new Transactions(3);

  TransactionsTest() {
    transactions.add(
        new Pgoutput.Relation(REVISION, "ballast", "revision", List.of("single", "n")));
    transactions.add(
        new Pgoutput.Relation(
            FLEET, "ballast", "fleet", List.of("name", "format", "spec", "revision")));
    transactions.add(new Pgoutput.Relation(FOREIGN, "public", "fleet", List.of("name")));
  }

  @Test
  void shouldKeepTheLastOfSeveralWritesToOneItem() {
    begin(7);
    transactions.add(new Pgoutput.Insert(FLEET, fleet("a", 7)));
    transactions.add(new Pgoutput.Delete(FLEET, fleet("a", 7)));
    transactions.add(new Pgoutput.Insert(FLEET, fleet("b", 7)));
    transactions.add(new Pgoutput.Delete(FLEET, fleet("c", 5)));
    transactions.add(new Pgoutput.Insert(FLEET, fleet("c", 7)));
    var changes = (Transactions.Outcome.Changes) commit();
    assertThat(changes.n()).isEqualTo(7);
    assertThat(changes.upserts()).extracting(Item::key).containsExactly(key("b"), key("c"));
    assertThat(changes.deletes()).containsExactly(key("a"));
  }

  @Test
  void shouldDeleteTheOldNameOfARenamedItem() {
    begin(7);
    transactions.add(new Pgoutput.Update(FLEET, fleet("old", 3), fleet("new", 7)));
    var changes = (Transactions.Outcome.Changes) commit();
    assertThat(changes.upserts()).extracting(Item::key).containsExactly(key("new"));
    assertThat(changes.deletes()).containsExactly(key("old"));
  }

  @Test
  void shouldTakeAnUnchangedLargeValueFromTheOldRow() {
    begin(7);
    var after =
        new Pgoutput.Tuple(
            new String[] {"a", "1", null, "7"}, new boolean[] {false, false, true, false});
    transactions.add(new Pgoutput.Update(FLEET, fleet("a", 3), after));
    assertThat(((Transactions.Outcome.Changes) commit()).upserts()).hasSize(1);
  }

  @Test
  void shouldForgetTheTransactionBefore() {
    begin(7);
    transactions.add(new Pgoutput.Insert(FLEET, fleet("a", 7)));
    commit();
    begin(8);
    assertThat(((Transactions.Outcome.Changes) commit()).upserts()).isEmpty();
  }

  @Test
  void shouldPassOverTransactionsThatAreNotOurs() {
    transactions.add(new Pgoutput.Begin());
    transactions.add(
        new Pgoutput.Insert(FOREIGN, new Pgoutput.Tuple(new String[] {"x"}, new boolean[1])));
    assertThat(commit()).isInstanceOf(Transactions.Outcome.Nothing.class);
  }

  @Test
  void shouldNotGatherMoreThanItsLimit() {
    begin(7);
    for (String name : List.of("a", "b", "c", "d", "e")) {
      transactions.add(new Pgoutput.Insert(FLEET, fleet(name, 7)));
    }
    assertUnclear("more than 3 items");
  }

  @Test
  void shouldNotTellWhatATruncateDid() {
    begin(7);
    transactions.add(new Pgoutput.Truncate(List.of(FLEET)));
    assertUnclear("TRUNCATE of fleet");
  }

  @Test
  void shouldNotTrustAWriteWithoutARevision() {
    transactions.add(new Pgoutput.Begin());
    transactions.add(new Pgoutput.Delete(FLEET, fleet("a", 3)));
    assertUnclear("without a revision of its own");
  }

  @Test
  void shouldNotTrustARowOfAnotherRevision() {
    begin(7);
    transactions.add(new Pgoutput.Insert(FLEET, fleet("a", 6)));
    assertUnclear("Fleet a@6 was written at revision 7");
  }

  @Test
  void shouldNameARowThatItCannotRead() {
    begin(7);
    var row =
        new Pgoutput.Tuple(new String[] {"a", "1", "{\"scalling\": {}}", "7"}, new boolean[4]);
    assertThatThrownBy(() -> transactions.add(new Pgoutput.Insert(FLEET, row)))
        .isInstanceOf(UnreadableRow.class)
        .hasMessageContaining("Fleet a cannot be read")
        .hasMessageContaining("scalling");
  }

  private void begin(long n) {
    transactions.add(new Pgoutput.Begin());
    var row = new Pgoutput.Tuple(new String[] {"t", Long.toString(n)}, new boolean[2]);
    transactions.add(new Pgoutput.Update(REVISION, null, row));
  }

  private Transactions.Outcome commit() {
    Optional<Transactions.Outcome> outcome = transactions.add(new Pgoutput.Commit(100));
    return outcome.orElseThrow();
  }

  private void assertUnclear(String reason) {
    assertThat(commit())
        .isInstanceOfSatisfying(
            Transactions.Outcome.Unclear.class,
            unclear -> assertThat(unclear.reason()).contains(reason));
  }

  private static Pgoutput.Tuple fleet(String name, long revision) {
    return new Pgoutput.Tuple(
        new String[] {name, "1", "{}", Long.toString(revision)}, new boolean[4]);
  }

  private static ItemKey key(String name) {
    return new ItemKey(Kind.FLEET, name);
  }
}
