package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaglevTableTest {
  private static final int SMALL = 65_537;
  private static final int LARGE = 655_373;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldGiveEqualWeightsNearlyEqualEntries(long seed) {
    int[] entries = entries(MaglevTable.build(alike(1_000), SMALL, seed), 1_000);

    // In every round each takes one entry; only the last round is not whole.
    assertThat(max(entries) - min(entries)).isLessThanOrEqualTo(1);
  }

  @Test
  void shouldGiveEntriesByWeight() {
    var random = new Random(4);
    List<Member> members =
        IntStream.range(100, 200).mapToObj(i -> new Member("b" + i, random.nextInt(257))).toList();
    double sum = members.stream().mapToInt(Member::effectiveWeight).sum();

    int[] entries = entries(MaglevTable.build(members, SMALL, 1), members.size());

    for (int i = 0; i < entries.length; i++) {
      double share = SMALL * members.get(i).effectiveWeight() / sum;
      assertThat((double) entries[i]).isBetween(share - 2, share + 2);
    }
  }

  @Test
  void shouldBeTheSameForTheSameMembersAndAnotherForAnotherFleet() {
    MaglevTable one = MaglevTable.build(alike(50), SMALL, 7);
    MaglevTable same = MaglevTable.build(List.copyOf(alike(50)), SMALL, 7);
    MaglevTable other = MaglevTable.build(alike(50), SMALL, 8);

    assertThat(changes(one, same)).isZero();
    assertThat(changes(one, other)).isGreaterThan(SMALL * 9 / 10);
  }

  /** Figure 12 of the paper: with 655,373 entries few change besides those of the members that left. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 10})
  void shouldChangeFewEntriesBesidesThoseOfTheMembersThatLeft(int leaving) {
    List<Member> members = alike(1_000);
    MaglevTable before = MaglevTable.build(members, LARGE, 3);
    List<Member> staying = new ArrayList<>(members);
    var random = new Random(leaving);
    for (int i = 0; i < leaving; i++) {
      staying.remove(random.nextInt(staying.size()));
    }
    MaglevTable after = MaglevTable.build(staying, LARGE, 3);

    int moved = 0;
    for (int entry = 0; entry < LARGE; entry++) {
      Member owner = members.get(before.owner(entry));
      boolean hasStayed = staying.contains(owner);
      moved += hasStayed && !staying.get(after.owner(entry)).equals(owner) ? 1 : 0;
    }

    assertThat((double) moved / LARGE).isLessThan(0.03);
  }

  /** Turns in which hardly anybody is due cost no look at all members: a quarter of a million of these would take seconds. */
  @Test
  void shouldBeBuiltInTimeWhenOneOutweighsAllOthers() {
    var members = new ArrayList<Member>();
    members.add(new Member("a", 1_000));
    members.addAll(alike(20_000));

    int[] entries =
        assertTimeoutPreemptively(
            Duration.ofSeconds(3),
            () -> entries(MaglevTable.build(members, 5_000_011, 1), members.size()));

    assertThat(entries[0]).isBetween(5_000_011 / 21 - 1_000, 5_000_011 / 21 + 1_000);
  }

  @Test
  void shouldLeaveNoEntryWithoutOwnerAndNoneToThoseOfNoWeight() {
    List<Member> members =
        List.of(new Member("a", 0), new Member("b", 1), new Member("c", 0), new Member("d", 256));

    int[] entries = entries(MaglevTable.build(members, 251, 1), 4);

    assertThat(Arrays.stream(entries).sum()).isEqualTo(251);
    assertThat(entries[0]).isZero();
    assertThat(entries[1]).isBetween(1, 2);
    assertThat(entries[2]).isZero();
  }

  @Test
  void shouldBeEmptyWithoutMembers() {
    assertThat(MaglevTable.build(List.of(), SMALL, 1).size()).isZero();
    assertThat(MaglevTable.build(List.of(new Member("a", 0)), SMALL, 1).size()).isZero();
  }

  @Test
  void shouldRefuseSizesThatAreNoPrimeOrTooSmall() {
    assertThatThrownBy(() -> MaglevTable.build(alike(2), 65_536, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prime, not 65536");
    assertThatThrownBy(() -> MaglevTable.build(alike(300), 251, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too small for 300 members");
  }

  private static List<Member> alike(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Member("b" + (10_000 + i), 1)).toList();
  }

  private static int[] entries(MaglevTable table, int members) {
    int[] entries = new int[members];
    for (int entry = 0; entry < table.size(); entry++) {
      entries[table.owner(entry)]++;
    }
    return entries;
  }

  private static int changes(MaglevTable one, MaglevTable other) {
    return (int)
        IntStream.range(0, one.size())
            .filter(entry -> one.owner(entry) != other.owner(entry))
            .count();
  }

  private static int max(int[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  private static int min(int[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }
}
