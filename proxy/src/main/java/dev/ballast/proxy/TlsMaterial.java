package dev.ballast.proxy;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate as it can be used: the chain, leaf first, and the opened key of the leaf. Immutable.
 *
 * @param digest tells it from any other chain and key
 * @param hosts the DNS names of the leaf, in lower case, perhaps {@code *.example.test}
 * @param notAfter the end of the certificate that ends first
 * @param key null for authorities, which are only trusted
 */
record TlsMaterial(
    String digest,
    List<X509Certificate> chain,
    List<String> hosts,
    Instant notAfter,
    @Nullable PrivateKey key) {
  private static final byte[] PROBE = {'b', 'a', 'l', 'l', 'a', 's', 't'};

  TlsMaterial {
    chain = List.copyOf(chain);
    hosts = List.copyOf(hosts);
  }

  X509Certificate[] certificates() {
    return chain.toArray(X509Certificate[]::new);
  }

  /** Makes sure that what the key signs is what the leaf proves. */
  void requirePair(String name) throws UnusableCertificate {
    if (key != null && !isPair(key, chain.getFirst().getPublicKey())) {
      throw new UnusableCertificate(
          "the key of Certificate "
              + name
              + " does not belong to the first certificate of its chain",
          "apply the chain and the key that were made together, the leaf first");
    }
  }

  private static boolean isPair(PrivateKey key, PublicKey other) {
    String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(other);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TlsMaterial material && digest.equals(material.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return "certificate " + hosts;
  }
}
