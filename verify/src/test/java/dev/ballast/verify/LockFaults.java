package dev.ballast.verify;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs schedules of faults; {@code ./bench lock-faults} compiles it and calls this. The engines run at the same time, the schedules of
 * one engine one after the other. Writes a line of JSON for each schedule into {@code verdicts.jsonl}, and what was violated into
 * {@code violations.txt}.
 */
final class LockFaults {
  /** Of a hundred schedules; etcd's take more than twice as long as the others'. */
  private static int share(LockEngineCase engine) {
    return switch (engine) {
      case ETCD, ETCD_CLUSTER -> 7;
      case REDLOCK -> 28;
      case REDIS, POSTGRES -> 29;
    };
  }

  private final Path out;
  private final long seed;

  private LockFaults(Path out, long seed) {
    this.out = out;
    this.seed = seed;
  }

  /**
   * Runs them.
   *
   * @param arguments directory for the results; first seed; number of schedules; engines, networks ("proxies", "cables"), each
   *     with commas between
   */
  public static void main(String... arguments) throws InterruptedException, ExecutionException {
    var faults = new LockFaults(Path.of(arguments[0]), Long.parseLong(arguments[1]));
    int schedules = Integer.parseInt(arguments[2]);
    var engines =
        Arrays.stream(arguments[3].split(","))
            .map(name -> LockEngineCase.valueOf(name.toUpperCase(Locale.ROOT)))
            .toList();
    faults.run(schedules, engines, List.of(arguments[4].split(",")));
    System.exit(0);
  }

  private void run(int schedules, List<LockEngineCase> engines, List<String> networks)
      throws InterruptedException, ExecutionException {
    int shares = engines.stream().mapToInt(LockFaults::share).sum();
    try (var lanes = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var running = new ArrayList<Future<?>>();
      for (LockEngineCase engine : engines) {
        int own = Math.ceilDiv(schedules * share(engine), shares);
        running.add(lanes.submit(() -> run(engine, own, networks)));
      }
      for (Future<?> lane : running) {
        lane.get();
      }
    }
  }

  private void run(LockEngineCase engine, int schedules, List<String> networks) {
    for (int i = 0; i < networks.size(); i++) {
      int own = schedules * (i + 1) / networks.size() - schedules * i / networks.size();
      String network = networks.get(i);
      var campaign = new FaultCampaign(engine, network.equals("cables"));
      var directory = Installation.emptyDirectory("lock-faults-" + engine + "-" + network);
      var _ = campaign.run(directory, seed, own, verdict -> write(engine, network, verdict));
    }
  }

  private synchronized void write(LockEngineCase engine, String network, FaultVerdict verdict) {
    append("verdicts.jsonl", json(engine, network, verdict));
    if (!verdict.isGood()) {
      String what = String.join("\n  ", verdict.violations());
      String text = engine + ", " + network + ", " + verdict.schedule() + "\n  " + what;
      append("violations.txt", text);
      System.out.println(text);
    }
  }

  private void append(String file, String line) {
    try {
      Files.writeString(
          out.resolve(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String json(LockEngineCase engine, String network, FaultVerdict verdict) {
    String kinds =
        verdict.schedule().faults().stream()
            .map(fault -> '"' + fault.kind().name() + '"')
            .collect(joining(", "));
    return """
        {"engine": "%s", "ttl": %d, "network": "%s", "seed": %d, "faults": [%s], "grants": %d, \
        "refused": %d, "violations": %d, "withoutFence": %d, "recoveryMillis": %d, "tookMillis": %d}"""
        .formatted(
            engine.title(),
            engine.ttl().toMillis(),
            network,
            verdict.schedule().seed(),
            kinds,
            verdict.grants(),
            verdict.refusedWrites(),
            verdict.violations().size(),
            verdict.violationsWithoutFence().size(),
            verdict.recovery().toMillis(),
            verdict.took().toMillis());
  }
}
