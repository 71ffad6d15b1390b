package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A group seen by who is not in it. */
class GroupStateTest {
  private final MemoryEngine engine = new MemoryEngine(System::nanoTime);
  private final Locks locks =
      new Locks(engine, LocksSettings.of("test", System::nanoTime, new Random(1)));

  /** Takes what comes. */
  private static final PartitionListener LISTENER =
      new PartitionListener() {
        @Override
        public void assigned(Ownership ownership) {}

        @Override
        public void revoked(Ownership ownership) {}

        @Override
        public void lost(Ownership ownership) {}
      };

  @AfterEach
  void close() {
    locks.close();
  }

  private ConsumerGroup join(String member, int weight) {
    return locks.join(GroupSettings.of("jobs", member, 64).withWeight(weight), LISTENER);
  }

  private GroupState state() {
    return GroupState.of(engine, "jobs");
  }

  @Test
  void shouldSeeNobodyInAGroupThatNeverWas() {
    assertThat(state()).isEqualTo(new GroupState("jobs", 0, 0, List.of()));
  }

  @Test
  void shouldTellTheMembersAndWhatEachOwns() {
    var first = join("a", 1);
    var second = join("b", 3);
    await()
        .untilAsserted(
            () -> {
              assertThat(state().owned()).isEqualTo(64);
              assertThat(state().members())
                  .extracting(GroupState.Member::owned)
                  .containsExactly(first.owned().size(), second.owned().size());
            });

    assertThat(state().partitions()).isEqualTo(64);
    assertThat(state().members())
        .extracting(GroupState.Member::name, GroupState.Member::weight)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("a", 1),
            org.assertj.core.api.Assertions.tuple("b", 3));
    assertThat(state().members())
        .allSatisfy(
            member -> {
              assertThat(member.isLeaving()).isFalse();
              assertThat(member.remaining()).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1));
            });
  }

  @Test
  void shouldNoLongerTellWhoHasLeft() {
    var first = join("a", 1);
    first.close();

    assertThat(state()).isEqualTo(new GroupState("jobs", 0, 0, List.of()));
  }

  @Test
  void shouldNotTakeOthersLocksForMembers() {
    var lease = new LeaseId("0123456789abcdef-0000000000000001");
    engine.open(lease, "somebody", Duration.ofMinutes(1));
    engine.claim(
        lease,
        List.of(
            new Claim("$group/jobs/members/x", Mode.exclusive(), "hello"),
            Claim.exclusive("$group/jobsandmore/members/x")),
        false);

    assertThat(state().members()).isEmpty();
  }

  @Test
  void shouldTellAThousandMembersOfMore() {
    var lease = new LeaseId("0123456789abcdef-0000000000000001");
    engine.open(lease, "somebody", Duration.ofMinutes(1));
    engine.claim(
        lease,
        IntStream.range(0, 1_001)
            .mapToObj(
                i ->
                    new Claim(
                        "$group/jobs/members/m" + i,
                        Mode.exclusive(),
                        "weight=1 partitions=8:0123456789abcdef"))
            .toList(),
        false);

    assertThat(state().members()).hasSize(GroupState.MEMBER_LIMIT);
    assertThat(state().partitions()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b"})
  void shouldRefuseWhatNoGroupIsCalled(String name) {
    assertThatThrownBy(() -> GroupState.of(engine, name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a group's name");
  }

  @Test
  void shouldSayWhichLockATokenBelongsTo() {
    var group = join("a", 1);
    await().until(() -> group.owned().size() == 64);

    assertThat(group.owned())
        .allSatisfy(
            ownership ->
                assertThat(engine.list(ownership.lock()))
                    .filteredOn(holding -> holding.name().equals(ownership.lock()))
                    .singleElement()
                    .satisfies(
                        holding -> assertThat(holding.token()).isEqualTo(ownership.token())));
  }
}
