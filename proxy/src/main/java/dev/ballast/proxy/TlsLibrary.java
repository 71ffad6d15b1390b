package dev.ballast.proxy;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.internal.tcnative.SSL;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Whose TLS is spoken: BoringSSL's where its native library loads, else the JDK's, which is slower and can't share session
 * tickets among LB servers. Makes the contexts of both. Immutable.
 */
enum TlsLibrary {
  BORINGSSL("boringssl", SslProvider.OPENSSL_REFCNT),
  JDK("jdk", SslProvider.JDK);

  /** Forward secrecy and authenticated encryption only (RFC 9325, section 4.2). */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};

  private static final ApplicationProtocolConfig HTTP_1_1 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          "http/1.1");

  private static final int SESSION_SECONDS = 3_600;
  private static final int SESSIONS_TO_BACKENDS = 10_000;

  static {
    // Read when the JDK's TLS is first used; BoringSSL refuses renegotiation by itself.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private static volatile @Nullable TlsLibrary inUse;

  private final String label;
  private final SslProvider provider;

  TlsLibrary(String label, SslProvider provider) {
    this.label = label;
    this.provider = provider;
  }

  /** BoringSSL where it can be loaded. That takes a moment, so it happens when TLS is first spoken. */
  static TlsLibrary best() {
    TlsLibrary known = inUse;
    if (known == null) {
      known = OpenSsl.isAvailable() ? BORINGSSL : JDK;
      inUse = known;
    }
    return known;
  }

  /** For the report: which one is in use, and why not the better one. */
  static String description() {
    TlsLibrary known = inUse;
    return known == null ? "none, as no TLS is spoken" : known.why();
  }

  private String why() {
    Throwable cause = OpenSsl.unavailabilityCause();
    return this == BORINGSSL || cause == null
        ? label
        : label + ": BoringSSL can't be loaded, " + cause.getMessage();
  }

  /** The side of the server. */
  TlsContext server(ServerTls how, TicketKeys tickets) throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(how.certificate().key(), how.certificate().certificates())
            .protocols(how.versions());
    if (how.isHttp()) {
      builder.applicationProtocolConfig(HTTP_1_1);
    }
    TlsMaterial authority = how.authority();
    if (authority != null) {
      builder
          .clientAuth(how.isClientRequired() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
          .trustManager(authority.certificates());
    }
    SslContext context = build(builder);
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    }
    context.sessionContext().setSessionTimeout(SESSION_SECONDS);
    var shared = new TlsContext(context, how.ticketScope(), authority != null);
    shared.sealTickets(tickets);
    return shared;
  }

  /** The side of the client. */
  TlsContext client(ClientTls how) throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .protocols("TLSv1.3", "TLSv1.2")
            .endpointIdentificationAlgorithm(how.isVerified() ? "HTTPS" : null)
            .sessionCacheSize(SESSIONS_TO_BACKENDS)
            .sessionTimeout(SESSION_SECONDS);
    TlsMaterial authority = how.authority();
    if (!how.isVerified()) {
      builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
    } else if (authority != null) {
      builder.trustManager(authority.certificates());
    }
    TlsMaterial shown = how.certificate();
    if (shown != null) {
      builder.keyManager(shown.key(), shown.certificates());
    }
    return new TlsContext(build(builder), "", false);
  }

  /** Whether a handshake took up an earlier session; of the JDK's this can't be told. */
  static boolean isResumed(SSLEngine engine) {
    return engine instanceof ReferenceCountedOpenSslEngine boring
        && SSL.isSessionReused(boring.sslPointer());
  }

  private SslContext build(SslContextBuilder builder) throws SSLException {
    builder.sslProvider(provider).ciphers(CIPHERS);
    if (this == BORINGSSL) {
      builder
          .option(OpenSslContextOption.USE_TASKS, false)
          .option(OpenSslContextOption.GROUPS, GROUPS);
    }
    return builder.build();
  }
}
