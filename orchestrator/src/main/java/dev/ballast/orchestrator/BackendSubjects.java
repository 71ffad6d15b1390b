package dev.ballast.orchestrator;

import dev.ballast.model.BackendTls;
import dev.ballast.model.Certificate;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Pool;
import dev.ballast.model.Snapshot;
import java.util.Optional;
import java.util.stream.Stream;

/** The backends of a pool as subjects. */
final class BackendSubjects {
  private BackendSubjects() {}

  static Stream<Subject.OfBackend> of(Pool pool, Snapshot snapshot) {
    Optional<HealthCheck> check = pool.healthCheck();
    String authorities = check.map(one -> authorities(one, snapshot)).orElse("");
    return snapshot
        .backends(pool.name())
        .map(backend -> new Subject.OfBackend(backend, check, authorities));
  }

  /** The chain of the certificate that a check names as its authority. */
  private static String authorities(HealthCheck check, Snapshot snapshot) {
    return check
        .connection()
        .tls()
        .flatMap(BackendTls::authority)
        .flatMap(name -> snapshot.find(new ItemKey(Kind.CERTIFICATE, name)))
        .map(Item::resource)
        .map(found -> ((Certificate) found).chain().pem())
        .orElse("");
  }
}
