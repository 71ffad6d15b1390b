package dev.ballast.cli;

import dev.ballast.detection.ProbeCounters;
import dev.ballast.detection.ProbeSpec;
import dev.ballast.detection.Probing;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.detection.Target;
import dev.ballast.detection.Transition;
import dev.ballast.detection.Watched;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Pool;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the backends of a configuration as an orchestrator would, from the one LB server that serves them. Begins to work with the first
 * health check that it sees.
 *
 * <p>Owned by the thread that follows the configuration; {@link #counters} is for all threads.
 */
final class StaticProbes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StaticProbes.class);
  private static final int TOLD = 20;

  private final ProbingSettings settings;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Consumer<BackendStatus> verdicts;
  private final Set<String> watched = new HashSet<>();
  private @Nullable Future<ProbeCounters> asked;
  private boolean isInDoubt;
  private volatile @Nullable Probing probing;

  /** @param verdicts told of each, on the thread that probes: must not wait for anything */
  StaticProbes(
      ProbingSettings settings,
      InstantSource clock,
      LongSupplier nanos,
      Consumer<BackendStatus> verdicts) {
    this.settings = settings;
    this.clock = clock;
    this.nanos = nanos;
    this.verdicts = verdicts;
  }

  /** Probes what this configuration says, and nothing else. */
  void follow(Snapshot configuration) {
    Map<String, Target> targets = targets(configuration);
    warnOfCommands(targets);
    Probing own = probing;
    if (own == null) {
      if (targets.isEmpty()) {
        return;
      }
      own = new Probing(settings, new Random(), nanos, this::became);
      probing = own;
    }
    for (Target target : targets.values()) {
      own.watch(target, Watched.Known.NOTHING);
    }
    watched.removeAll(targets.keySet());
    watched.forEach(own::forget);
    watched.clear();
    watched.addAll(targets.keySet());
  }

  private void warnOfCommands(Map<String, Target> targets) {
    long commands =
        targets.values().stream()
            .filter(target -> target.spec() instanceof ProbeSpec.Command)
            .count();
    if (commands > 0 && !settings.allowsCommands()) {
      log.warn(
          "{} backends are not probed: health checks of type command need --allow-commands",
          commands);
    }
  }

  /** Every backend of a pool with a health check, by its name. What people want of a backend makes no difference to how it is. */
  static Map<String, Target> targets(Snapshot configuration) {
    var targets = new HashMap<String, Target>();
    configuration
        .pools()
        .forEach(
            pool ->
                pool.healthCheck()
                    .ifPresent(
                        check ->
                            targets(configuration, pool, check)
                                .forEach(target -> targets.put(target.id(), target))));
    return targets;
  }

  private static Stream<Target> targets(Snapshot configuration, Pool pool, HealthCheck check) {
    String authorities = Target.authorities(check, configuration);
    Stream<Backend> backends = configuration.backends(pool.name());
    return backends.map(backend -> Target.of(backend, check, authorities));
  }

  private void became(Target target, Transition transition) {
    int slash = target.id().indexOf('/');
    verdicts.accept(
        new BackendStatus(
            target.id().substring(0, slash),
            target.id().substring(slash + 1),
            Optional.of(BackendAddress.parse(target.server())),
            transition.to(),
            transition.reason(),
            transition.phi(),
            clock.instant(),
            List.of()));
  }

  /** Tells the log, of the first few by name. */
  static void tell(Collection<BackendStatus> found) {
    found.stream()
        .limit(TOLD)
        .forEach(
            status -> {
              if (status.verdict() == Verdict.UNHEALTHY) {
                log.warn("Backend {} is unhealthy: {}", status.name(), status.reason());
              } else {
                log.info("Backend {} is healthy: {}", status.name(), status.reason());
              }
            });
    if (found.size() > TOLD) {
      log.warn("{} more verdicts have changed", found.size() - TOLD);
    }
  }

  /** Tells the log when the prober has begun to doubt itself, or trusts itself again. To be called a few times a second; waits for nothing. */
  void tellDoubt() {
    Future<ProbeCounters> answer = asked;
    if (answer != null && answer.state() == Future.State.SUCCESS) {
      tellDoubt(answer.resultNow());
    }
    Probing own = probing;
    if (own != null && (answer == null || answer.isDone())) {
      asked = own.counters();
    }
  }

  private void tellDoubt(ProbeCounters counters) {
    if (counters.isInDoubt() == isInDoubt) {
      return;
    }
    isInDoubt = counters.isInDoubt();
    if (isInDoubt) {
      log.warn(
          "{} of {} backends are silent at once: it may be this LB server that is cut off, so silence convicts none for now",
          counters.silent(),
          counters.targets());
    } else {
      log.info("This LB server trusts its own probes again");
    }
  }

  /** What was done so far; empty while there is nothing to probe. */
  Optional<ProbeCounters> counters() {
    return Optional.ofNullable(probing).map(own -> own.counters().join());
  }

  @Override
  public void close() {
    Probing own = probing;
    probing = null;
    if (own != null) {
      own.close();
    }
  }
}
