package dev.ballast.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Many schedules on one engine, one after the other, in a network of proxies or of cables.
 *
 * @param hasCables whether partitions are pulled cables between network namespaces (root only) instead of proxies
 */
record FaultCampaign(LockEngineCase engine, boolean hasCables) {

  /** The faults that this campaign can do. */
  Set<FaultKind> kinds() {
    return engine.kinds(hasCables);
  }

  FaultSchedule schedule(long seed) {
    return FaultSchedule.of(seed, engine, kinds());
  }

  /** Runs the schedules of {@code count} seeds from {@code seed} on. */
  List<FaultVerdict> run(Path directory, long seed, int count, Consumer<FaultVerdict> progress) {
    var verdicts = new ArrayList<FaultVerdict>();
    FaultNetwork network =
        hasCables
            ? new CableNetwork(FaultCluster.WORKERS, engine.nodes())
            : new ProxyNetwork(FaultCluster.WORKERS, engine.nodes());
    try (var cluster = new FaultCluster(engine, network, directory)) {
      for (int i = 0; i < count; i++) {
        try (var trial = new FaultTrial(cluster, schedule(seed + i))) {
          var verdict = trial.run();
          verdicts.add(verdict);
          progress.accept(verdict);
        }
      }
    }
    return verdicts;
  }
}
