package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeastConnectionsTest {
  private static final long FLEET_SEED = 42;

  private static List<Member> members(int count, int... weights) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Member("b%05d".formatted(i), weights.length == 0 ? 1 : weights[i]))
        .toList();
  }

  private static Balancer build(Algorithm algorithm, List<Member> members) {
    return Balancers.build(algorithm, members, FLEET_SEED);
  }

  /** Event loops that share backends: what each has in flight, and what it picks with. */
  private static final class Loop implements Loads {
    private final List<Loop> all;
    private final int[] inFlight;
    private final ArrayDeque<Integer> open = new ArrayDeque<>();
    private final Balancer balancer;

    Loop(List<Loop> all, int members, Balancer shared, long seed) {
      this.all = all;
      this.inFlight = new int[members];
      all.add(this);
      this.balancer = shared.forLoop(this, seed);
    }

    @Override
    public int inFlight(int index) {
      int sum = 0;
      for (Loop loop : all) {
        sum += loop.inFlight[index];
      }
      return sum;
    }

    @Override
    public long total() {
      return IntStream.range(0, inFlight.length).mapToLong(this::inFlight).sum();
    }

    int begin(long key) {
      int index = balancer.pick(key, Tried.NONE, this);
      inFlight[index]++;
      balancer.began(index);
      open.add(index);
      return index;
    }

    void endAny(Random random) {
      for (int turns = random.nextInt(open.size()); turns > 0; turns--) {
        open.add(open.remove());
      }
      int index = open.remove();
      inFlight[index]--;
      balancer.finished(index, 1, Outcome.ANSWERED);
    }
  }

  @Test
  void shouldAlwaysPickAmongTheLeastLoadedOnOneLoop() {
    var random = new Random(1);
    var loop =
        new Loop(new ArrayList<>(), 50, build(new Algorithm.LeastConnections(), members(50)), 3);
    for (int step = 0; step < 20_000; step++) {
      if (loop.open.isEmpty() || random.nextInt(100) < 52) {
        int least = Arrays.stream(loop.inFlight).min().orElseThrow();
        int index = loop.begin(step);
        assertThat(loop.inFlight[index]).isEqualTo(least + 1);
      } else {
        loop.endAny(random);
      }
    }
  }

  @Test
  void shouldShareOutByWeight() {
    int[] weights = {1, 2, 4, 0, 256};
    var loop =
        new Loop(
            new ArrayList<>(),
            5,
            build(new Algorithm.WeightedLeastConnections(), members(5, weights)),
            3);
    IntStream.range(0, 526).forEach(loop::begin);
    assertThat(loop.inFlight[3]).isZero();
    for (int i : new int[] {0, 1, 2, 4}) {
      assertThat(loop.inFlight[i]).isBetween(2 * weights[i] - 1, 2 * weights[i] + 1);
    }
  }

  /** What the README states: four loops, 1,000 backends, 10 exchanges each on average. */
  @Test
  void shouldStayNearlyEvenAcrossLoops() {
    var random = new Random(5);
    var all = new ArrayList<Loop>();
    Balancer shared = build(new Algorithm.LeastConnections(), members(1_000));
    for (int i = 0; i < 4; i++) {
      var _ = new Loop(all, 1_000, shared, i);
    }
    int most = 0;
    for (int step = 0; step < 200_000; step++) {
      Loop loop = all.get(random.nextInt(4));
      boolean isFull = all.stream().mapToInt(one -> one.open.size()).sum() >= 10_000;
      if (!isFull || loop.open.isEmpty()) {
        loop.begin(step);
      } else {
        loop.endAny(random);
      }
      if (step > 20_000 && step % 100 == 0) {
        most =
            Math.max(
                most, IntStream.range(0, 1_000).map(all.getFirst()::inFlight).max().orElseThrow());
      }
    }
    assertThat(most).isBetween(10, 13);
  }

  @Test
  void shouldLearnWhatOtherLoopsHaveAddedToTheOneItWouldPick() {
    var all = new ArrayList<Loop>();
    Balancer shared = build(new Algorithm.LeastConnections(), members(100));
    var one = new Loop(all, 100, shared, 1);
    var other = new Loop(all, 100, shared, 2);
    Arrays.fill(other.inFlight, 0, 50, 9);

    long taken = IntStream.range(0, 50).map(one::begin).filter(index -> index < 50).count();

    // Found out by looking at what would be picked; given up only after a few looks in a row in
    // vain.
    assertThat(taken).isLessThanOrEqualTo(3);
  }

  @Test
  void shouldPickOthersThanTheTriedOnesAndForgetThatAfterwards() {
    var loop =
        new Loop(new ArrayList<>(), 3, build(new Algorithm.LeastConnections(), members(3)), 3);
    Tried tried = Tried.upTo(3);
    for (int i = 0; i < 3; i++) {
      int index = loop.balancer.pick(i, tried, loop);
      assertThat(tried.contains(index)).isFalse();
      tried.add(index);
    }
    assertThat(loop.balancer.pick(4, tried, loop)).isEqualTo(Balancer.NONE);
    assertThat(loop.balancer.pick(5, Tried.NONE, loop)).isNotEqualTo(Balancer.NONE);
  }

  @Test
  void shouldNotSendEverythingToOneAsLongAsAllAreIdle() {
    var loop =
        new Loop(new ArrayList<>(), 10, build(new Algorithm.LeastConnections(), members(10)), 3);
    int[] picks = new int[10];
    for (int i = 0; i < 1_000; i++) {
      picks[loop.begin(i)]++;
      loop.endAny(new Random(i));
    }
    assertThat(picks).containsOnly(100);
  }

  @Test
  void shouldDecideTheSameByLookingAtEveryone() {
    Balancer balancer = build(new Algorithm.WeightedLeastConnections(), members(4, 1, 3, 0, 2));
    int[] loads = {1, 2, 0, 2};
    assertThat(balancer.pick(0, Tried.NONE, Loads.of(4, index -> loads[index]))).isOne();
    Tried tried = Tried.upTo(1);
    tried.add(1);
    assertThat(balancer.pick(0, tried, Loads.of(4, index -> loads[index]))).isIn(0, 3);
  }
}
