package dev.ballast.cli;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Kind;
import dev.ballast.model.Pool;
import dev.ballast.model.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What people want of a backend, what was observed of it, and what LB servers make of both.
 *
 * @param isChecked whether its pool has a health check
 * @param override that holds now
 * @param sights of the LB servers that answered and serve its pool
 */
record BackendHealth(
    Backend backend,
    boolean isChecked,
    Optional<AdminOverride> override,
    Optional<BackendStatus> status,
    List<BackendSight> sights) {
  private static final Comparator<BackendHealth> WORST_FIRST =
      Comparator.comparing(BackendHealth::condition).thenComparing(one -> one.backend().name());

  /** Those of one pool or of all, the worst first. */
  static List<BackendHealth> all(
      Configuration configuration,
      Map<String, List<BackendSight>> sights,
      Optional<String> ofPool) {
    Set<String> checked =
        configuration
            .snapshot()
            .pools()
            .filter(pool -> pool.healthCheck().isPresent())
            .map(Pool::name)
            .collect(Collectors.toSet());
    return configuration.of(Kind.BACKEND).stream()
        .map(Backend.class::cast)
        .filter(backend -> ofPool.map(backend.pool()::equals).orElse(true))
        .map(
            backend ->
                new BackendHealth(
                    backend,
                    checked.contains(backend.pool()),
                    configuration.overrideOf(backend),
                    configuration.snapshot().statusOf(backend),
                    sights.getOrDefault(backend.name(), List.of())))
        .sorted(WORST_FIRST)
        .toList();
  }

  /** The stricter of specification and override. */
  AdminState state() {
    return override
        .map(one -> one.state().stricter(backend.adminState()))
        .orElse(backend.adminState());
  }

  Verdict verdict() {
    return status.map(BackendStatus::verdict).orElse(Verdict.UNKNOWN);
  }

  BackendCondition condition() {
    return BackendCondition.of(this);
  }
}
