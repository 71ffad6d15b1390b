package dev.ballast.proxy;

import dev.ballast.model.Certificate;
import dev.ballast.model.CertificateChain;
import dev.ballast.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A small certificate authority, and what it vouches for. */
final class Authority {
  private final String name;
  private final KeyPair keys;
  private final X509Certificate root;

  private Authority(String name, KeyPair keys, X509Certificate root) {
    this.name = name;
    this.keys = keys;
    this.root = root;
  }

  static Authority named(String name) {
    return made(
        () -> {
          KeyPair keys = elliptic();
          X509Certificate root =
              CertificateDer.sign(
                  "CN=" + name,
                  keys.getPrivate(),
                  "CN=" + name,
                  keys.getPublic(),
                  tomorrow(),
                  List.of());
          return new Authority(name, keys, root);
        });
  }

  private static Instant tomorrow() {
    return Instant.now().plusSeconds(86_400);
  }

  private static KeyPair elliptic() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** For hosts or addresses. */
  Identity issue(String... hosts) {
    return made(() -> issue(elliptic(), hosts));
  }

  Identity issueRsa(String... hosts) {
    return made(
        () -> {
          KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
          generator.initialize(2_048);
          return issue(generator.generateKeyPair(), hosts);
        });
  }

  private Identity issue(KeyPair subject, String... hosts) throws Exception {
    return new Identity(
        CertificateDer.sign(
            "CN=" + name,
            keys.getPrivate(),
            "CN=" + hosts[0],
            subject.getPublic(),
            tomorrow(),
            List.of(hosts)),
        subject);
  }

  /** As a resource that only says whom to trust. */
  Certificate resource(String resource) {
    return new Certificate(resource, new CertificateChain(pem(root)), Optional.empty());
  }

  Path file(Path directory) {
    return written(directory.resolve("ca.pem"), pem(root));
  }

  /** Of a client that trusts this authority, and shows nothing. */
  SSLContext client() {
    return context(new KeyManager[0]);
  }

  /** Of a client that shows a certificate, or of a server. */
  SSLContext context(Identity shown) {
    return made(
        () -> {
          KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
          store.load(null, null);
          store.setKeyEntry(
              "key",
              shown.keys.getPrivate(),
              new char[0],
              new X509Certificate[] {shown.certificate});
          KeyManagerFactory managers =
              KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
          managers.init(store, new char[0]);
          return context(managers.getKeyManagers());
        });
  }

  private SSLContext context(KeyManager[] managers) {
    return made(
        () -> {
          KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
          store.load(null, null);
          store.setCertificateEntry("root", root);
          TrustManagerFactory trust =
              TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
          trust.init(store);
          SSLContext context = SSLContext.getInstance("TLS");
          context.init(managers, trust.getTrustManagers(), new SecureRandom());
          return context;
        });
  }

  /** A certificate with its key. */
  record Identity(X509Certificate certificate, KeyPair keys) {
    Certificate resource(String name) {
      return resource(name, this);
    }

    /** With the key of another one. */
    Certificate resource(String name, Identity other) {
      return new Certificate(
          name,
          new CertificateChain(pem(certificate)),
          Optional.of(new Secret.Clear(other.keys.getPrivate().getEncoded())));
    }

    Path chainFile(Path directory) {
      return written(directory.resolve(serial() + ".pem"), pem(certificate));
    }

    Path keyFile(Path directory) {
      return written(
          directory.resolve(serial() + ".key"), pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    }

    String serial() {
      return certificate.getSerialNumber().toString(16);
    }
  }

  private static String pem(X509Certificate certificate) {
    return made(() -> pem("CERTIFICATE", certificate.getEncoded()));
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static Path written(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private interface Making<T> {
    T make() throws Exception;
  }

  private static <T> T made(Making<T> making) {
    try {
      return making.make();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
