package dev.ballast.model;

import java.time.Instant;

/**
 * One running proxy process, as it registered itself.
 *
 * @param instance random per process: tells a restarted LB server from a second one with the same name
 * @param address the address that its listeners are bound to and that DNS answers with
 * @param admin the URL of its admin port, {@code http://10.0.0.5:7071}
 * @param version of the software
 */
public record LbServer(
    String name,
    String fleet,
    String instance,
    String address,
    String admin,
    String version,
    Instant registered)
    implements Resource {
  public LbServer {
    Names.requireName(name);
    Names.requireName(fleet);
    if (instance.isEmpty() || address.isEmpty() || admin.isEmpty()) {
      throw new IllegalArgumentException(
          "an LB server has an instance, an address and an admin URL");
    }
  }

  @Override
  public Kind kind() {
    return Kind.LB_SERVER;
  }
}
