package dev.ballast.verify;

import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of the algorithms; {@code ./bench algorithms} compiles them and calls this. Writes {@code picks-1.json}, {@code picks-2.json}
 * (by threads) and {@code tables.json}.
 */
final class AlgorithmBenchmarks {
  private static final String PICKS = PickBenchmark.class.getName();
  private static final String TABLES = TableBenchmark.class.getName();

  private AlgorithmBenchmarks() {}

  /** @param arguments the directory for the results, then "quick" or "full", then names of algorithms; none: all */
  public static void main(String... arguments) throws RunnerException {
    Path directory = Path.of(arguments[0]);
    boolean isQuick = arguments[1].equals("quick");
    String[] only = java.util.Arrays.copyOfRange(arguments, 2, arguments.length);
    String[] names =
        only.length > 0
            ? only
            : PickedCase.all().stream().map(PickedCase::name).toArray(String[]::new);
    for (int threads = 1; threads <= BusyBackends.LOOPS; threads++) {
      ChainedOptionsBuilder picks =
          options(PICKS, directory.resolve("picks-" + threads + ".json"), isQuick)
              .param("algorithm", names)
              .threads(threads);
      run(isQuick ? picks.param("backends", "1000") : picks);
    }
    if (only.length == 0) {
      run(options(TABLES, directory.resolve("tables.json"), isQuick).threads(1));
    }
  }

  private static void run(ChainedOptionsBuilder options) throws RunnerException {
    new Runner(options.build()).run();
  }

  private static ChainedOptionsBuilder options(String benchmark, Path result, boolean isQuick) {
    return new OptionsBuilder()
        .include(benchmark)
        .forks(1)
        .warmupIterations(2)
        .warmupTime(TimeValue.milliseconds(isQuick ? 300 : 700))
        .measurementIterations(isQuick ? 2 : 3)
        .measurementTime(TimeValue.milliseconds(isQuick ? 300 : 700))
        .jvmArgs("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true)
        .resultFormat(ResultFormatType.JSON)
        .result(result.toString());
  }
}
