package dev.ballast.verify;

import java.nio.file.Path;
import java.util.Arrays;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of the algorithms; {@code ./bench algorithms} compiles them and calls this. Writes {@code picks-1.json}, {@code picks-2.json}
 * (by threads), {@code looks.json} and {@code tables.json}.
 */
final class AlgorithmBenchmarks {
  private static final String PICKS = PickBenchmark.class.getName() + ".pick$";
  private static final String LOOKS = PickBenchmark.class.getName() + ".look$";
  private static final String TABLES = TableBenchmark.class.getName();

  private final Path directory;
  private final boolean isQuick;

  private AlgorithmBenchmarks(Path directory, boolean isQuick) {
    this.directory = directory;
    this.isQuick = isQuick;
  }

  /**
   * Runs them.
   *
   * @param arguments the directory for the results, then "quick" or "full", then names of algorithms; none: all
   */
  public static void main(String... arguments) throws RunnerException {
    var benchmarks = new AlgorithmBenchmarks(Path.of(arguments[0]), arguments[1].equals("quick"));
    String[] only = Arrays.copyOfRange(arguments, 2, arguments.length);
    benchmarks.runAll(only.length > 0 ? only : names());
  }

  private static String[] names() {
    return PickedCase.all().stream().map(PickedCase::name).toArray(String[]::new);
  }

  private void runAll(String... algorithms) throws RunnerException {
    for (int threads = 1; threads <= BusyBackends.LOOPS; threads++) {
      run(picks(PICKS, "picks-" + threads).param("algorithm", algorithms).threads(threads));
    }
    run(picks(LOOKS, "looks"));
    run(options(TABLES, "tables"));
  }

  private static void run(ChainedOptionsBuilder options) throws RunnerException {
    new Runner(options.build()).run();
  }

  /** A quick run has one number of backends. */
  private ChainedOptionsBuilder picks(String benchmark, String result) {
    ChainedOptionsBuilder options = options(benchmark, result);
    return isQuick ? options.param("backends", "1000") : options;
  }

  private ChainedOptionsBuilder options(String benchmark, String result) {
    var time = TimeValue.milliseconds(isQuick ? 300 : 600);
    return new OptionsBuilder()
        .include(benchmark)
        .forks(1)
        .warmupIterations(2)
        .warmupTime(time)
        .measurementIterations(3)
        .measurementTime(time)
        .jvmArgs("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true)
        .resultFormat(ResultFormatType.JSON)
        .result(directory.resolve(result + ".json").toString());
  }
}
