package dev.ballast.balancing;

import dev.ballast.model.Algorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A pool as an LB server has it: event loops that begin and end exchanges with its members, and balancers that are made anew whenever who
 * may be picked changes. What happens is drawn by a seed; what was picked is for the test to judge.
 */
final class LivingPool {
  private static final int LOOPS = 2;
  private static final int[] ALL = {};

  /** What one loop has in flight, by member; and what it picks with. */
  private final class Loop implements Loads {
    private final int[] inFlight = new int[members.size()];
    private final List<Integer> open = new ArrayList<>();
    private Balancer balancer = ofAll;

    @Override
    public int inFlight(int index) {
      return loops.stream().mapToInt(loop -> loop.inFlight[eligible[index]]).sum();
    }

    @Override
    public long total() {
      return loops.stream().mapToInt(loop -> loop.open.size()).sum();
    }

    @Override
    public long responseNanos(int index) {
      return random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(1_000);
    }

    @Override
    public int utilisation(int index) {
      return random.nextInt(1_000);
    }
  }

  private final Algorithm algorithm;
  private final List<Member> members;
  private final Random random;
  private final boolean[] mayBePicked;
  private final List<Loop> loops = new ArrayList<>();
  private int[] eligible = ALL;
  private Balancer ofAll = (key, tried, loads) -> Balancer.NONE;

  LivingPool(Algorithm algorithm, List<Member> members, Random random) {
    this.algorithm = algorithm;
    this.members = members;
    this.random = random;
    this.mayBePicked = new boolean[members.size()];
    for (int loop = 0; loop < LOOPS; loop++) {
      loops.add(new Loop());
    }
    changeEligibility();
  }

  /** Anybody may become eligible or cease to be; those of no weight never are. */
  void changeEligibility() {
    int share = random.nextInt(101);
    for (int i = 0; i < mayBePicked.length; i++) {
      mayBePicked[i] = members.get(i).effectiveWeight() > 0 && random.nextInt(100) < share;
    }
    eligible = IntStream.range(0, mayBePicked.length).filter(i -> mayBePicked[i]).toArray();
    ofAll = algorithm instanceof Algorithm.Hash hash ? overAll(hash) : overEligible();
    for (Loop loop : loops) {
      loop.balancer = ofAll.forLoop(loop, random.nextLong());
    }
  }

  private Balancer overEligible() {
    return Balancers.build(algorithm, IntStream.of(eligible).mapToObj(members::get).toList(), 42);
  }

  private Balancer overAll(Algorithm.Hash hash) {
    int[] places = new int[members.size()];
    int place = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = mayBePicked[i] ? place++ : Balancer.NONE;
    }
    int[] percents = random.nextBoolean() ? ALL : random.ints(places.length, 1, 101).toArray();
    return Placement.of(hash, members, 42).balancer(hash, places, percents);
  }

  /** On any loop. Answers what the balancer answers: an index into the eligible. */
  int pick(Tried tried) {
    Loop loop = loops.get(random.nextInt(LOOPS));
    int index = loop.balancer.pick(random.nextLong(), tried, loop);
    if (index != Balancer.NONE) {
      loop.inFlight[eligible[index]]++;
      loop.open.add(eligible[index]);
      loop.balancer.began(index);
    }
    return index;
  }

  /** Any exchange of any loop; one with a member that is not eligible any more concerns no balancer. */
  void endOne() {
    Loop loop = loops.get(random.nextInt(LOOPS));
    if (!loop.open.isEmpty()) {
      int member = loop.open.set(random.nextInt(loop.open.size()), loop.open.getLast());
      loop.open.removeLast();
      loop.inFlight[member]--;
      if (mayBePicked[member]) {
        int index = (int) IntStream.range(0, member).filter(i -> mayBePicked[i]).count();
        loop.balancer.finished(index, 1 + random.nextInt(1_000), Outcome.ANSWERED);
      }
    }
  }

  int eligibleCount() {
    return eligible.length;
  }

  int inFlight() {
    return (int) loops.getFirst().total();
  }
}
