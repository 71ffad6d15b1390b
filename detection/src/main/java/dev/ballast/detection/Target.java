package dev.ballast.detection;

import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendTls;
import dev.ballast.model.Certificate;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Snapshot;

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
    BackendAddress own = backend.address();
    int port = check.connection().port().orElse(own.port());
    return of(
        backend.name(), own.toString(), new BackendAddress(own.host(), port), check, authorities);
  }

  /**
   * Anything that is probed as a health check says.
   *
   * @param server as above
   * @param address where it is probed
   * @param authorities as above
   */
  public static Target of(
      String id, String server, BackendAddress address, HealthCheck check, String authorities) {
    return new Target(
        id,
        server,
        address.host(),
        address.port(),
        HealthCheckSpec.of(address, check, authorities),
        WatchSettings.of(check));
  }

  /** PEM of the certificate that a health check's {@code tls.authority} names; empty for none, or while it is not there. */
  public static String authorities(HealthCheck check, Snapshot configuration) {
    return check
        .connection()
        .tls()
        .flatMap(BackendTls::authority)
        .flatMap(name -> configuration.find(new ItemKey(Kind.CERTIFICATE, name)))
        .map(item -> ((Certificate) item.resource()).chain().pem())
        .orElse("");
  }
}
