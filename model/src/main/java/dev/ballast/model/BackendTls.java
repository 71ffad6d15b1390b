package dev.ballast.model;

import java.util.Optional;

/**
 * TLS to the backends of a pool.
 *
 * @param isVerified whether their certificates are checked
 * @param authority the {@link Certificate} whose chain holds the authorities to trust; absent: those of the Java runtime
 * @param serverName the host that is asked for by SNI and checked; absent: the host of the backend's address
 * @param certificate the {@link Certificate} that we show; absent: none
 */
public record BackendTls(
    boolean isVerified,
    Optional<String> authority,
    Optional<String> serverName,
    Optional<String> certificate) {
  public BackendTls {
    authority.ifPresent(Names::requireName);
    certificate.ifPresent(Names::requireName);
    if (!isVerified && authority.isPresent()) {
      throw new IllegalArgumentException(
          "an authority checks nothing where certificates are not verified: leave out the one or"
              + " the other");
    }
  }
}
