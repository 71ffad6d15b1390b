package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupMemberTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration HAND_OVER = Duration.ofMillis(60);
  private static final GroupSettings SETTINGS =
      GroupSettings.of("g", "me", 1).withHandOver(HAND_OVER);
  private static final String PARTITION = GroupView.partitionName("g", "0");
  private static final Random RANDOM = new Random(1);

  private final LockTable table = new LockTable();
  private final LeaseId me = LeaseId.of(1, RANDOM);
  private final List<String> told = new ArrayList<>();
  private final GroupMember member = new GroupMember(me, SETTINGS, 1, TTL, new Told(), 0);
  private long now;

  private final class Told implements GroupMember.Work {
    @Override
    public void start(int partition, long token) {
      told.add("start with " + token);
    }

    @Override
    public void stop(int partition) {
      told.add("stop");
    }

    @Override
    public void lose(int partition) {
      told.add("lose");
    }
  }

  private void join(LeaseId lease, GroupSettings settings) {
    table.open(lease, settings.member(), TTL, now);
    table.claim(
        lease, List.of(GroupMember.memberClaim(settings, settings.weight(), false)), false, now);
  }

  /** A member that wants the partition more, and stands in its queue. */
  private LeaseId rival() {
    var rival = LeaseId.of(2, RANDOM);
    join(rival, GroupSettings.of("g", "rival", 1).withWeight(1000));
    table.claim(rival, List.of(Claim.exclusive(PARTITION)), true, now);
    return rival;
  }

  /** Does what the member says until it has nothing to do. */
  private void work() {
    member.poked(now);
    var step = member.next(now);
    while (!(step instanceof GroupMember.Step.Pause)) {
      switch (step) {
        case GroupMember.Step.Look() -> member.looked(table.list("$group/g/", now), now);
        case GroupMember.Step.Claims claims ->
            member.claimed(claims, table.claim(me, claims.claims(), true, now), now);
        case GroupMember.Step.Release release -> {
          table.release(me, release.names(), now);
          member.released(release);
        }
        case GroupMember.Step.Wake _, GroupMember.Step.Pause _, GroupMember.Step.Leave _ -> {}
      }
      step = member.next(now);
    }
  }

  private LeaseId holder() {
    return table.list(PARTITION, now).getFirst().lease();
  }

  @Test
  void shouldNotTakeTheLateEndOfAnEarlierOwnershipForTheEndOfTheNext() {
    join(me, SETTINGS);
    work();
    var first = rival();
    work();
    now += HAND_OVER.toNanos();
    work();
    assertThat(told).containsExactly("start with 1", "stop", "lose");
    assertThat(holder()).isEqualTo(first);

    table.close(first, now);
    work();
    var second = rival();
    work();
    assertThat(told).endsWith("start with 3", "stop");

    member.stopped(0, 1);
    work();
    assertThat(holder()).isEqualTo(me);
    member.stopped(0, 3);
    work();
    assertThat(holder()).isEqualTo(second);
  }
}
