package dev.ballast.proxy;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What is known of a client's TLS connection once the handshake is over. Immutable. */
final class TlsSession {
  private final byte @Nullable [] serverName;
  private final String version;
  private final String cipher;
  private final boolean isResumed;
  private final @Nullable X509Certificate clientCertificate;

  private TlsSession(byte @Nullable [] serverName, SSLEngine engine, boolean asksForCertificates) {
    SSLSession session = engine.getSession();
    this.serverName = serverName;
    this.version = session.getProtocol();
    this.cipher = session.getCipherSuite();
    this.isResumed = TlsLibrary.isResumed(engine);
    this.clientCertificate = asksForCertificates ? clientCertificate(session) : null;
  }

  /** Once the handshake is over. To ask a session for a certificate that nobody asked for costs an exception. */
  static TlsSession of(
      byte @Nullable [] serverName, SSLEngine engine, boolean asksForCertificates) {
    return new TlsSession(serverName, engine, asksForCertificates);
  }

  private static @Nullable X509Certificate clientCertificate(SSLSession session) {
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate shown ? shown : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  /** The name asked for by SNI, in lower case; null if none was. Not to be changed. */
  byte @Nullable [] serverName() {
    return serverName;
  }

  /** {@code TLSv1.3} or {@code TLSv1.2}. */
  String version() {
    return version;
  }

  /** By its name in the registry of IANA. */
  String cipher() {
    return cipher;
  }

  /** Whether an earlier session was taken up. */
  boolean isResumed() {
    return isResumed;
  }

  /** Checked against the listener's authority; null if the client showed none. */
  @Nullable X509Certificate clientCertificate() {
    return clientCertificate;
  }

  /** The subject of the client's certificate as RFC 2253 writes it; null without one. */
  @Nullable String clientSubject() {
    return clientCertificate == null ? null : clientCertificate.getSubjectX500Principal().getName();
  }

  /** SHA-256 of the client's certificate, 64 hexadecimal digits; null without one. */
  @Nullable String clientSha256() {
    try {
      return clientCertificate == null
          ? null
          : HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("SHA-256").digest(clientCertificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
