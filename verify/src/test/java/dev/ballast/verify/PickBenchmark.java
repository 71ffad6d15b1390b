package dev.ballast.verify;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Balancers;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What it takes to pick, per pick. Every thread is an event loop. Keys are those of an event loop: a sequence, or hashes where the algorithm
 * hashes. Where a loop's balancer remembers exchanges, each operation also begins the one that was picked and ends the oldest.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBenchmark {
  private static final long FLEET_SEED = 42;

  @Param({"10", "100", "1000", "10000"})
  public int backends;

  /** Given by {@link AlgorithmBenchmarks}, which knows all of them. */
  @Param({"round-robin"})
  public String algorithm;

  private PickedCase picked;
  private Balancer ofAll;
  private BusyBackends busy;

  @Setup
  public void build() {
    picked = PickedCase.named(algorithm);
    List<Member> members = members(backends);
    ofAll = Balancers.build(picked.algorithm(), members, FLEET_SEED);
    busy =
        new BusyBackends(members.stream().mapToInt(Member::effectiveWeight).toArray(), FLEET_SEED);
  }

  /** Of weights 1 to 8, the heavy ones anywhere. */
  static List<Member> members(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Member("backend-%05d".formatted(i), 1 + i * 7 % 8))
        .toList();
  }

  /** One event loop: what it picks with, and the exchanges that it has open. */
  @State(Scope.Thread)
  public static class EventLoop implements Loads {
    private static final int OPEN_PER_BACKEND = 4;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private BusyBackends busy;
    private Balancer balancer;
    private int number;
    private int backends;
    private boolean isHash;
    private boolean isTold;
    private long sequence;
    private long nowNanos;
    private int[] open;
    private int oldest;

    @Setup
    public void begin(PickBenchmark benchmark, ThreadParams thread) {
      busy = benchmark.busy;
      backends = benchmark.backends;
      number = thread.getThreadIndex() % BusyBackends.LOOPS;
      sequence = number * SPREAD;
      isHash = benchmark.picked.isHash();
      balancer = benchmark.ofAll.forLoop(this, number);
      isTold = !balancer.equals(benchmark.ofAll);
      open = new int[isTold ? OPEN_PER_BACKEND * benchmark.backends : 0];
      for (int i = 0; i < open.length; i++) {
        open[i] = balancer.pick(nextKey(), Tried.NONE, this);
        began(open[i]);
      }
    }

    int pick() {
      nowNanos += 1_000;
      int index = balancer.pick(nextKey(), Tried.NONE, this);
      if (isTold) {
        began(index);
        endOldest(index);
      }
      return index;
    }

    /** What two backends anywhere carry: all that some algorithms look at, and what it costs without any algorithm. */
    int lookAtTwo() {
      long bits = hashed(++sequence);
      int one = (int) (((bits >>> 32) * backends) >>> 32);
      int other = (int) (((bits & 0xFFFF_FFFFL) * backends) >>> 32);
      return busy.inFlight(one) + busy.inFlight(other);
    }

    private long nextKey() {
      sequence++;
      return isHash ? hashed(sequence) : sequence;
    }

    /** As good as a hash of the request's part, and as long as its making takes no part in this. */
    private static long hashed(long number) {
      long bits = number * SPREAD;
      bits = (bits ^ (bits >>> 32)) * 0xD6E8FEB86659FD93L;
      return bits ^ (bits >>> 32);
    }

    private void began(int index) {
      busy.add(index, number, 1);
      balancer.began(index);
    }

    private void endOldest(int index) {
      int ended = open[oldest];
      open[oldest] = index;
      oldest = oldest + 1 == open.length ? 0 : oldest + 1;
      busy.add(ended, number, -1);
      balancer.finished(ended, 1_000_000, Outcome.ANSWERED);
    }

    @Override
    public int inFlight(int index) {
      return busy.inFlight(index);
    }

    @Override
    public long total() {
      return busy.total();
    }

    @Override
    public long responseNanos(int index) {
      return busy.responseNanos(index, nowNanos);
    }

    @Override
    public int utilisation(int index) {
      return busy.utilisation(index, nowNanos);
    }
  }

  @Benchmark
  public int pick(EventLoop loop) {
    return loop.pick();
  }

  @Benchmark
  public int look(EventLoop loop) {
    return loop.lookAtTwo();
  }
}
