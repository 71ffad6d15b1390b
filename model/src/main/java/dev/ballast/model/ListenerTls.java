package dev.ballast.model;

import java.util.List;
import java.util.Optional;

/**
 * How TLS is spoken to the clients of a listener.
 *
 * @param certificates names of {@link Certificate}s, at least one; SNI picks among them, and the first serves those that
 *     name no host or an unknown one
 * @param minVersion the oldest version spoken
 * @param clientCertificates whether clients show certificates; absent: they are not asked
 */
public record ListenerTls(
    List<String> certificates,
    TlsVersion minVersion,
    Optional<ClientCertificates> clientCertificates) {
  public static final int CERTIFICATE_LIMIT = 1_000;

  public ListenerTls {
    certificates = List.copyOf(certificates);
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("at least one certificate is needed");
    }
    certificates.forEach(Names::requireName);
  }

  /**
   * Clients show certificates.
   *
   * @param authority the {@link Certificate} whose chain holds the authorities to trust
   * @param isRequired whether those without one are turned away
   */
  public record ClientCertificates(String authority, boolean isRequired) {
    public ClientCertificates {
      Names.requireName(authority);
    }
  }
}
