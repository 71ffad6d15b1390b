package dev.ballast.controller;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificate and key as people keep them (RFC 7468). */
final class Pem {
  /** Only guards an object in memory. */
  static final String PASSWORD = "in-memory";

  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]+)-----END \\1-----");

  private Pem() {}

  /**
   * A key store with the key and its chain.
   *
   * @throws ControllerStartFailed naming the file and what is wrong with it
   */
  static KeyStore keyStore(TlsFiles files) {
    try {
      Certificate[] chain = certificates(files.certificate());
      PrivateKey key = privateKey(files.key());
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("controller", key, PASSWORD.toCharArray(), chain);
      return store;
    } catch (IOException failure) {
      throw new ControllerStartFailed("TLS: cannot read " + failure.getMessage(), failure);
    } catch (GeneralSecurityException failure) {
      throw new ControllerStartFailed("TLS: " + failure.getMessage(), failure);
    }
  }

  private static Certificate[] certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      var chain = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (chain.isEmpty()) {
        throw new GeneralSecurityException("there is no certificate in " + file);
      }
      return chain.toArray(Certificate[]::new);
    }
  }

  static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    Matcher block = BLOCK.matcher(Files.readString(file));
    if (!block.find()) {
      throw new GeneralSecurityException("there is no private key in " + file);
    }
    if (!block.group(1).equals("PRIVATE KEY")) {
      throw new GeneralSecurityException(
          file
              + " holds an \""
              + block.group(1)
              + "\"; needed is a \"PRIVATE KEY\": openssl pkcs8 -topk8 -nocrypt -in "
              + file
              + " -out key.pem");
    }
    var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(2)));
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException _) {
        // It is a key of another algorithm.
      }
    }
    throw new GeneralSecurityException(
        "the key in " + file + " is of none of the kinds " + KEY_ALGORITHMS);
  }
}
