package dev.ballast.verify;

import dev.ballast.balancing.Member;
import dev.ballast.balancing.Placement;
import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import dev.ballast.model.RequestPart;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it takes to build a table, which happens when the members of a pool or their weights change. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TableBenchmark {
  private static final int LARGE = 655_373;

  @Param({"1000"})
  public int backends;

  @Param({"maglev 65537", "maglev 655373", "ring-hash 160", "rendezvous"})
  public String table;

  private Algorithm.Hash how;
  private List<Member> alike;
  private List<Member> weighted;
  private long seed;

  @Setup
  public void prepare() {
    KeyTable over =
        switch (table) {
          case "maglev 65537" -> new KeyTable.Maglev(KeyTable.Maglev.DEFAULT);
          case "maglev 655373" -> new KeyTable.Maglev(LARGE);
          case "ring-hash 160" -> new KeyTable.RingHash(KeyTable.RingHash.DEFAULT);
          default -> new KeyTable.Rendezvous();
        };
    how = new Algorithm.Hash(RequestPart.ADDRESS, over, 0);
    weighted = PickBenchmark.members(backends);
    alike = weighted.stream().map(member -> new Member(member.name(), 1)).toList();
  }

  @Benchmark
  public Placement ofAlike() {
    return Placement.of(how, alike, seed++);
  }

  @Benchmark
  public Placement byWeight() {
    return Placement.of(how, weighted, seed++);
  }
}
