package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WithSparesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Loads IDLE = Loads.IDLE;

  /** Zone a of priority 0 is in use: places 0 and 1. Then 2, 4 and 5 in zone b, 3 of priority 2 and 6 of priority 1. */
  private static final List<Candidate> POOL =
      List.of(
          candidate(0, "b"),
          candidate(0, "a"),
          candidate(2, "a"),
          candidate(0, "a"),
          candidate(0, "b"),
          candidate(0, "b"),
          candidate(1, "a"));

  private static Candidate candidate(int priority, String zone) {
    return new Candidate(1, AdminState.ENABLED, null, Verdict.HEALTHY, NOW, null, true)
        .ranked(new Candidate.Rank(priority, zone, true));
  }

  private static Lineup lineup() {
    return Lineup.of(POOL, Eligibility.evaluate(POOL, new Rules(true, 50, 50, 70, "a"), NOW));
  }

  private static Balancer balancer(Algorithm algorithm) {
    Lineup lineup = lineup();
    List<Member> members =
        IntStream.range(0, lineup.preferredCount())
            .mapToObj(place -> new Member("b" + place, 1))
            .toList();
    return lineup.withSpares(Balancers.build(algorithm, members, 1)).forLoop(IDLE, 5);
  }

  @Test
  void shouldKnowWhoStandsBy() {
    Lineup lineup = lineup();

    assertThat(IntStream.range(0, lineup.size()).map(lineup::member))
        .containsExactly(1, 3, 0, 2, 4, 5, 6);
    assertThat(lineup.preferredCount()).isEqualTo(2);
    assertThat(lineup.places())
        .containsExactly(
            Balancer.NONE, 0, Balancer.NONE, 1, Balancer.NONE, Balancer.NONE, Balancer.NONE);
  }

  @Test
  void shouldPickNoSpareAtFirst() {
    for (Algorithm algorithm : Algorithm.all()) {
      Balancer balancer = balancer(algorithm);
      for (int key = 0; key < 100; key++) {
        assertThat(balancer.pick(key, Tried.NONE, IDLE)).as("%s", algorithm).isBetween(0, 1);
      }
    }
  }

  @Test
  void shouldLeaveTheZoneAfterOneFailureAndTheGroupAfterTwo() {
    for (Algorithm algorithm : Algorithm.all()) {
      Balancer balancer = balancer(algorithm);
      for (int key = 0; key < 100; key++) {
        Tried tried = Tried.upTo(10);
        tried.add(balancer.pick(key, tried, IDLE));
        int second = balancer.pick(key, tried, IDLE);
        tried.add(second);
        int third = balancer.pick(key, tried, IDLE);

        assertThat(second).as("%s", algorithm).isIn(2, 4, 5);
        assertThat(third).as("%s", algorithm).isEqualTo(6);
      }
    }
  }

  @Test
  void shouldAskEverybodyOnceBeforeItGivesUp() {
    for (Algorithm algorithm : Algorithm.all()) {
      Balancer balancer = balancer(algorithm);
      Tried tried = Tried.upTo(10);
      var order = new ArrayList<Integer>();
      for (int index = balancer.pick(9, tried, IDLE);
          index != Balancer.NONE;
          index = balancer.pick(9, tried, IDLE)) {
        order.add(index);
        tried.add(index);
      }
      assertThat(order).as("%s", algorithm).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
      assertThat(order.subList(2, 4)).containsExactly(6, 3);
    }
  }

  @Test
  void shouldBeTheBalancerItselfWithoutSpares() {
    List<Candidate> two = List.of(POOL.get(1), POOL.get(3));
    Lineup lineup =
        Lineup.of(two, Eligibility.evaluate(two, new Rules(true, 50, 50, 70, "a"), NOW));
    Balancer balancer =
        Balancers.build(
            new Algorithm.RoundRobin(), List.of(new Member("a", 1), new Member("b", 1)), 1);

    assertThat(lineup.withSpares(balancer)).isSameAs(balancer);
  }
}
