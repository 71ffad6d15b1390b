package dev.ballast.orchestrator;

import dev.ballast.detection.Target;
import dev.ballast.model.Backend;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;

/** What an orchestrator watches: a backend, or an LB server. */
sealed interface Subject {
  /** Into so many shares all subjects are divided. */
  int PARTITIONS = 256;

  /** The item that says how it is. */
  ItemKey status();

  /** How it is probed; absent: it is not, as the pool has no health check. */
  Optional<Target> target();

  /** What the prober knows it by. */
  String id();

  /** The share that it belongs to, 0 to 255: the same wherever it is computed. */
  default int partition() {
    var crc = new CRC32();
    crc.update(id().getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % PARTITIONS);
  }

  /** Whether what was seen of {@code before} says nothing of this: another process answers there. */
  boolean isAnother(Subject before);

  /**
   * A backend.
   *
   * @param authorities PEM of those that its certificate is checked against; empty for those of the Java runtime
   */
  record OfBackend(Backend backend, Optional<HealthCheck> check, String authorities)
      implements Subject {
    @Override
    public String id() {
      return backend.name();
    }

    @Override
    public ItemKey status() {
      return backend.key().as(Kind.BACKEND_STATUS);
    }

    @Override
    public Optional<Target> target() {
      return check.map(how -> Target.of(backend, how, authorities));
    }

    @Override
    public boolean isAnother(Subject before) {
      return !(before instanceof OfBackend other)
          || !other.backend.address().equals(backend.address());
    }
  }

  /** An LB server, by its admin port. */
  record OfLbServer(LbServer server) implements Subject {
    /** Pools' names have no upper case, so that it names no backend. */
    static final String PREFIX = "LbServer/";

    private static final HealthCheck CHECK =
        new HealthCheck(
            HealthCheck.Type.HTTP,
            "/healthz",
            HealthCheck.DEFAULT_INTERVAL,
            HealthCheck.DEFAULT_TIMEOUT);

    @Override
    public String id() {
      return PREFIX + server.name();
    }

    @Override
    public ItemKey status() {
      return server.key().as(Kind.LB_SERVER_STATUS);
    }

    @Override
    public Optional<Target> target() {
      return server
          .adminAddress()
          .map(admin -> Target.of(id(), server.instance(), admin, CHECK, ""));
    }

    @Override
    public boolean isAnother(Subject before) {
      return !(before instanceof OfLbServer other)
          || !other.server.instance().equals(server.instance());
    }
  }
}
