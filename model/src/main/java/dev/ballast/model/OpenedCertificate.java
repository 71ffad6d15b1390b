package dev.ballast.model;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** A {@link Certificate} as an LB server uses it, or the reason why it can't be used. */
public sealed interface OpenedCertificate {
  /**
   * It can be used. Equal when made from equal certificates.
   *
   * @param source what it was made from
   * @param chain leaf first
   * @param key of the leaf; absent: it only says whom to trust
   */
  record Usable(Certificate source, List<X509Certificate> chain, Optional<PrivateKey> key)
      implements OpenedCertificate {
    public Usable {
      chain = List.copyOf(chain);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Usable usable && source.equals(usable.source);
    }

    @Override
    public int hashCode() {
      return source.hashCode();
    }

    @Override
    public String toString() {
      return source.key().toString();
    }
  }

  /**
   * It can't be used.
   *
   * @param reason a sentence that names the certificate
   * @param remedy what to do about it
   */
  record Failed(String reason, String remedy) implements OpenedCertificate {}
}
