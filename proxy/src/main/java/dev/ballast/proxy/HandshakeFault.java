package dev.ballast.proxy;

/** Why a client's TLS connection did not come about: a closed set, so that no client makes a label of the metrics. */
enum HandshakeFault {
  NOT_TLS("not-tls"),
  HELLO_MALFORMED("hello-malformed"),
  HELLO_TOO_LARGE("hello-too-large"),
  UNRECOGNIZED_NAME("unrecognized-name"),
  VERSION("version"),
  CIPHER("cipher"),
  CERTIFICATE_MISSING("certificate-missing"),
  CERTIFICATE_REFUSED("certificate-refused"),
  /** The client told us by an alert that it does not go on: most often it does not trust the certificate. */
  ALERT("alert"),
  PROTOCOL("protocol"),
  TIMEOUT("timeout"),
  CLIENT_LEFT("client-left"),
  TOO_MANY("too-many"),
  SHUTDOWN("shutdown"),
  INTERNAL("internal");

  private final String token;

  HandshakeFault(String token) {
    this.token = token;
  }

  /** The metrics' label {@code reason}. */
  String token() {
    return token;
  }

  /**
   * What the TLS library says, in our words. The library has no codes to ask for, so its texts are searched: those of BoringSSL
   * (the names of {@code ssl.h}), then those of the JDK.
   */
  static HandshakeFault of(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof java.nio.channels.ClosedChannelException) {
        return CLIENT_LEFT;
      }
      HandshakeFault found = ofText(String.valueOf(at.getMessage()));
      if (found != PROTOCOL) {
        return found;
      }
      if (at instanceof java.security.cert.CertificateException
          || at instanceof java.security.cert.CertPathValidatorException) {
        return CERTIFICATE_REFUSED;
      }
    }
    return PROTOCOL;
  }

  private static HandshakeFault ofText(String text) {
    if (text.contains("_ALERT_") || text.contains("Received fatal alert")) {
      return ALERT;
    }
    if (text.contains("UNSUPPORTED_PROTOCOL")
        || text.contains("WRONG_VERSION")
        || text.contains("protocol version")) {
      return VERSION;
    }
    if (text.contains("NO_SHARED_CIPHER")
        || text.contains("NO_SHARED_GROUP")
        || text.contains("NO_COMMON_SIGNATURE_ALGORITHMS")
        || text.contains("cipher suites in common")) {
      return CIPHER;
    }
    if (text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
        || text.contains("Empty client certificate chain")) {
      return CERTIFICATE_MISSING;
    }
    if (text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("PKIX path")) {
      return CERTIFICATE_REFUSED;
    }
    return PROTOCOL;
  }
}
