package dev.ballast.configdb;

import dev.ballast.model.Kind;
import dev.ballast.model.Resource;

/**
 * A status, and by what right it is written.
 *
 * @param status a BackendStatus or an LbServerStatus
 */
public record Observation(Resource status, ConfigStore.Fence fence) {
  public Observation {
    if (status.kind() != Kind.BACKEND_STATUS && status.kind() != Kind.LB_SERVER_STATUS) {
      throw new IllegalArgumentException(status.key() + " is not a status");
    }
  }
}
