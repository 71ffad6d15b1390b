package dev.ballast.locks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/**
 * TLS to Redis, for URLs with the scheme {@code rediss}: the server shows a certificate for the host of the URL, by an authority in
 * the file {@code ca-file} (PEM), or else by one that the Java runtime trusts. Clients show none.
 */
final class RedisTls {
  static final String CA_FILE = "ca-file";
  private static final String TYPE = "PKCS12";

  private RedisTls() {}

  /**
   * Sets up what the URL asks for.
   *
   * @return whether that is TLS
   * @throws IllegalArgumentException if the certificates can't be read, or are not asked for
   */
  static boolean configure(DefaultJedisClientConfig.Builder config, EngineUrl url) {
    String caFile = url.parameter(CA_FILE, "");
    if (url.scheme().equals("rediss")) {
      var options = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL);
      if (!caFile.isEmpty()) {
        // The driver takes a store of keys; its password keeps nothing, as certificates are no
        // secret.
        char[] password = TYPE.toCharArray();
        byte[] store = store(caFile, password);
        options.trustStoreType(TYPE).truststore(() -> new ByteArrayInputStream(store), password);
      }
      config.sslOptions(options.build());
      return true;
    }
    if (!caFile.isEmpty()) {
      throw new IllegalArgumentException(
          CA_FILE + " is for TLS, which a URL that begins with rediss: asks for, not " + url);
    }
    return false;
  }

  private static byte[] store(String caFile, char[] password) {
    try (var in = Files.newInputStream(Path.of(caFile))) {
      var store = KeyStore.getInstance(TYPE);
      store.load(null, null);
      int count = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + count++, certificate);
      }
      if (count == 0) {
        throw new IllegalArgumentException(
            "%s '%s' has no certificate (PEM)".formatted(CA_FILE, caFile));
      }
      var bytes = new ByteArrayOutputStream();
      store.store(bytes, password);
      return bytes.toByteArray();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "no certificates can be read from %s '%s': %s".formatted(CA_FILE, caFile, e), e);
    }
  }
}
