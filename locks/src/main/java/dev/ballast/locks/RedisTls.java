package dev.ballast.locks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import redis.clients.jedis.DefaultJedisClientConfig;

/**
 * TLS to Redis, for URLs with the scheme {@code rediss}: the server shows a certificate for the host of the URL, by an authority in the
 * file {@code ca-file} (PEM), or else by one that the Java runtime trusts. A certificate of the client's own comes from the Java
 * runtime ({@code javax.net.ssl.keyStore}), where no {@code ca-file} is given.
 */
final class RedisTls {
  static final String CA_FILE = "ca-file";

  private RedisTls() {}

  /**
   * Sets up what the URL asks for.
   *
   * @throws IllegalArgumentException if the certificates can't be read, or are not asked for
   */
  static void configure(DefaultJedisClientConfig.Builder config, EngineUrl url) {
    String caFile = url.parameter(CA_FILE, "");
    if (url.scheme().equals("rediss")) {
      var parameters = new SSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      config
          .ssl(true)
          .sslSocketFactory(context(caFile).getSocketFactory())
          .sslParameters(parameters);
    } else if (!caFile.isEmpty()) {
      throw new IllegalArgumentException(
          CA_FILE + " is for TLS, which a URL that begins with rediss: asks for, not " + url);
    }
  }

  private static SSLContext context(String caFile) {
    if (!caFile.isEmpty()) {
      return trusting(caFile);
    }
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalArgumentException("the Java runtime can't do TLS: " + e.getMessage(), e);
    }
  }

  private static SSLContext trusting(String caFile) {
    try (var in = Files.newInputStream(Path.of(caFile))) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + count++, certificate);
      }
      if (count == 0) {
        throw new IllegalArgumentException(
            "%s '%s' has no certificate (PEM)".formatted(CA_FILE, caFile));
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "no certificates can be read from %s '%s': %s".formatted(CA_FILE, caFile, e), e);
    }
  }
}
