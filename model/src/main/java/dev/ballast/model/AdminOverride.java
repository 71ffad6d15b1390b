package dev.ballast.model;

import java.time.Instant;
import java.util.Optional;

/**
 * An operator's word about a backend or an LB server, beside its specification: {@code apply} never touches it.
 *
 * @param target a {@link Kind#BACKEND} or a {@link Kind#LB_SERVER}
 * @param state what holds while the override stands; the stricter of it and the specification is in effect
 * @param until when it ends by itself; absent: when somebody ends it
 */
public record AdminOverride(
    ItemKey target, AdminState state, String who, String why, Instant when, Optional<Instant> until)
    implements Resource {
  public AdminOverride {
    kindFor(target.kind());
  }

  @Override
  public Kind kind() {
    return kindFor(target.kind());
  }

  @Override
  public String name() {
    return target.name();
  }

  public boolean holdsAt(Instant now) {
    return until.isEmpty() || now.isBefore(until.get());
  }

  /** The kind of the overrides of a kind. */
  public static Kind kindFor(Kind target) {
    return switch (target) {
      case BACKEND -> Kind.BACKEND_OVERRIDE;
      case LB_SERVER -> Kind.LB_SERVER_OVERRIDE;
      case FLEET,
          FLEET_KEYS,
          CERTIFICATE,
          POOL,
          LOAD_BALANCER,
          BACKEND_STATUS,
          LB_SERVER_STATUS,
          BACKEND_OVERRIDE,
          LB_SERVER_OVERRIDE ->
          throw new IllegalArgumentException("a " + target.documentName() + " has no admin state");
    };
  }
}
