package dev.ballast.detection;

import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.HealthCheck;

/**
 * What is probed.
 *
 * @param id for the owner: {@code POOL/BACKEND}
 * @param server which server goes by that id: what is known of one says nothing about another
 * @param host an address or a name, which is resolved again every 10 s; a change is seen within 40 s, since Java remembers names for 30 s
 * @param port 1 to 65535
 */
public record Target(
    String id, String server, String host, int port, ProbeSpec spec, WatchSettings settings) {
  public Target {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
    }
  }

  /** One that is known by where it is probed. */
  public Target(String id, String host, int port, ProbeSpec spec, WatchSettings settings) {
    this(id, host + ":" + port, host, port, spec, settings);
  }

  /**
   * A backend as its pool's health check has it probed: everything of that is in it. The server is the backend's address, wherever the
   * health check asks.
   *
   * @param authorities PEM of the certificate that the health check's {@code tls.authority} names; empty for none, or to trust those of the
   *     Java runtime
   */
  public static Target of(Backend backend, HealthCheck check, String authorities) {
    String host = backend.address().host();
    int port = check.connection().port().orElse(backend.address().port());
    var spec = HealthCheckSpec.of(new BackendAddress(host, port), check, authorities);
    return new Target(
        backend.name(), backend.address().toString(), host, port, spec, WatchSettings.of(check));
  }
}
