package dev.ballast.proxy;

import dev.ballast.model.TlsVersion;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken to clients with one certificate. Immutable; equal means that one context serves both.
 *
 * @param certificate with its key
 * @param isHttp whether HTTP is spoken inside, and told so by ALPN
 * @param authority whom client certificates must come from; null: none is asked for
 * @param isClientRequired whether clients without a certificate are turned away
 */
record ServerTls(
    TlsMaterial certificate,
    TlsVersion minVersion,
    boolean isHttp,
    @Nullable TlsMaterial authority,
    boolean isClientRequired) {

  String[] versions() {
    return switch (minVersion) {
      case TLS_1_2 -> new String[] {"TLSv1.3", "TLSv1.2"};
      case TLS_1_3 -> new String[] {"TLSv1.3"};
    };
  }

  /** What a client has to show: sessions are taken up, and connections used for other hosts, only where this is the same. */
  String clientPolicy() {
    return authority == null
        ? "none"
        : (isClientRequired ? "required " : "requested ") + authority.digest();
  }

  /** Where a session may be taken up. */
  String ticketScope() {
    return (isHttp ? "http " : "stream ") + clientPolicy();
  }
}
