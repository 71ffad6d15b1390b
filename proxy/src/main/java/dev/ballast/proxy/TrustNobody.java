package dev.ballast.proxy;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;

/** Trusts no certificate: with it every handshake fails. Stands in where there is none to trust or to show. */
final class TrustNobody implements X509TrustManager {
  private static final TlsContext CONTEXT = make();

  private TrustNobody() {}

  static TlsContext context() {
    return CONTEXT;
  }

  private static TlsContext make() {
    try {
      return new TlsContext(
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .trustManager(new TrustNobody())
              .build(),
          "",
          false);
    } catch (SSLException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("nobody is trusted");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("nobody is trusted");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
