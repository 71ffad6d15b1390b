package dev.ballast.model;

import java.time.Instant;
import java.util.Optional;

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
  private static final String SCHEME = "http://";

  public LbServer {
    Names.requireName(name);
    Names.requireName(fleet);
    if (instance.isEmpty() || address.isEmpty() || admin.isEmpty()) {
      throw new IllegalArgumentException(
          "an LB server has an instance, an address and an admin URL");
    }
  }

  /** Where its admin port is; absent if the URL is not {@code http://HOST:PORT} and nothing more. */
  public Optional<BackendAddress> adminAddress() {
    if (!admin.startsWith(SCHEME)) {
      return Optional.empty();
    }
    try {
      return Optional.of(BackendAddress.parse(admin.substring(SCHEME.length())));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public Kind kind() {
    return Kind.LB_SERVER;
  }
}
