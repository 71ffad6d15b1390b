package dev.ballast.orchestrator;

import dev.ballast.detection.Target;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Pool;
import dev.ballast.model.Snapshot;
import java.util.Optional;
import java.util.stream.Stream;

/** The backends of a pool as subjects. */
final class BackendSubjects {
  private BackendSubjects() {}

  static Stream<Subject.OfBackend> of(Pool pool, Snapshot snapshot) {
    Optional<HealthCheck> check = pool.healthCheck();
    String authorities = check.map(one -> Target.authorities(one, snapshot)).orElse("");
    return snapshot
        .backends(pool.name())
        .map(backend -> new Subject.OfBackend(backend, check, authorities));
  }
}
