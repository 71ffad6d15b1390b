package dev.ballast.orchestrator;

import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.Change;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LbServer;
import dev.ballast.model.Pool;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A configuration that tests change step by step. */
final class World {
  private static final HealthCheck CHECK =
      new HealthCheck(
          HealthCheck.Type.HTTP, "/healthz", Duration.ofSeconds(1), Duration.ofMillis(500));

  private Snapshot snapshot = Snapshot.of(new Revision("00000000", 1), List.of());

  Snapshot snapshot() {
    return snapshot;
  }

  World put(Resource resource) {
    Revision next = snapshot.revision().withN(snapshot.revision().n() + 1);
    snapshot =
        snapshot.apply(
            new Change(
                next, snapshot.revision(), List.of(new Item(resource, next.n())), List.of()));
    return this;
  }

  World remove(Resource resource) {
    Revision next = snapshot.revision().withN(snapshot.revision().n() + 1);
    snapshot =
        snapshot.apply(new Change(next, snapshot.revision(), List.of(), List.of(resource.key())));
    return this;
  }

  World pool(String name, boolean hasCheck) {
    return pool(name, hasCheck ? Optional.of(CHECK) : Optional.empty());
  }

  World poolAsking(String name, String path) {
    return pool(
        name,
        Optional.of(
            new HealthCheck(HealthCheck.Type.HTTP, path, CHECK.interval(), CHECK.timeout())));
  }

  private World pool(String name, Optional<HealthCheck> check) {
    return put(
        new Pool(
            name,
            new Algorithm.RoundRobin(),
            check,
            Timeouts.defaults(),
            Pool.DEFAULT_PANIC_THRESHOLD_PERCENT));
  }

  World backend(String pool, String name, int host) {
    return put(
        new Backend(
            pool, name, new BackendAddress("10.0.0." + host, 8080), 1, "", AdminState.ENABLED));
  }

  Backend find(String pool, String name) {
    return (Backend) snapshot.find(ItemKey.backend(pool, name)).orElseThrow().resource();
  }

  Snapshot lbServerAdded() {
    lbServer("lb-9", "one");
    return snapshot;
  }

  LbServer lbServer(String name, String instance) {
    var server =
        new LbServer(
            name,
            "default",
            instance,
            "10.1.0.1",
            "http://10.1.0.1:7071",
            "1",
            Instant.parse("2026-01-01T00:00:00Z"));
    put(server);
    return server;
  }
}
