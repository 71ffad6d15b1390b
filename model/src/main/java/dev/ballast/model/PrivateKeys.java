package dev.ballast.model;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Private keys, RSA and EC: from PEM as people write it to PKCS#8 (RFC 5958) as it is sealed, and on to what signs. Messages
 * never repeat anything of a key.
 */
public final class PrivateKeys {
  private static final int PEM_LIMIT = 32 << 10;
  private static final byte[] VERSION_0 = Der.value(Der.INTEGER, new byte[] {0});
  private static final byte[] EC_PUBLIC_KEY = Der.objectIdentifier("1.2.840.10045.2.1");
  private static final byte[] RSA =
      Der.value(Der.SEQUENCE, Der.objectIdentifier("1.2.840.113549.1.1.1"), Der.value(Der.NULL));

  private PrivateKeys() {}

  /**
   * The PKCS#8 encoding of the one key in a PEM: {@code PRIVATE KEY} as it is, {@code RSA PRIVATE KEY} (PKCS#1) and {@code EC
   * PRIVATE KEY} (SEC 1) wrapped, all byte for byte as {@code openssl pkcs8 -topk8 -nocrypt} writes them.
   *
   * @throws IllegalArgumentException when there is none, or one that is not supported
   */
  public static Secret.Clear read(String pem) {
    if (pem.length() > PEM_LIMIT) {
      throw new IllegalArgumentException("the key has more than " + PEM_LIMIT + " characters");
    }
    List<Pem> keys =
        Pem.blocks(pem).stream().filter(block -> block.label().endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw new IllegalArgumentException(
          "one private key in PEM is expected (-----BEGIN PRIVATE KEY-----), not " + keys.size());
    }
    byte[] der = keys.getFirst().der();
    var pkcs8 =
        new Secret.Clear(
            switch (keys.getFirst().label()) {
              case "PRIVATE KEY" -> der;
              case "RSA PRIVATE KEY" ->
                  Der.value(Der.SEQUENCE, VERSION_0, RSA, Der.value(Der.OCTET_STRING, der));
              case "EC PRIVATE KEY" -> wrapped(der);
              case "ENCRYPTED PRIVATE KEY" -> throw Pem.encrypted();
              default ->
                  throw new IllegalArgumentException(
                      "a " + keys.getFirst().label() + " is not supported: use RSA or EC");
            });
    parse(pkcs8);
    return pkcs8;
  }

  /** SEC 1, appendix C.4: the curve moves from the key into the algorithm around it. */
  private static byte[] wrapped(byte[] sec1) {
    var key = new Der.Reader(sec1).enter(Der.SEQUENCE);
    byte[] version = key.next();
    byte[] secret = key.next();
    byte[] curve = {};
    byte[] publicKey = {};
    while (key.hasNext()) {
      if (key.tag() == Der.CONTEXT_0) {
        curve = key.enter(Der.CONTEXT_0).next();
      } else {
        publicKey = key.next();
      }
    }
    if (curve.length == 0) {
      throw new IllegalArgumentException(
          "the key names no curve: write it as PKCS#8 (openssl pkey -in FILE)");
    }
    return Der.value(
        Der.SEQUENCE,
        VERSION_0,
        Der.value(Der.SEQUENCE, EC_PUBLIC_KEY, curve),
        Der.value(Der.OCTET_STRING, Der.value(Der.SEQUENCE, version, secret, publicKey)));
  }

  /**
   * What signs with a key in PKCS#8.
   *
   * @throws IllegalArgumentException when it is neither RSA nor EC
   */
  public static PrivateKey parse(Secret.Clear pkcs8) {
    var encoded = new PKCS8EncodedKeySpec(pkcs8.bytes());
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (GeneralSecurityException _) {
        // It is of the other algorithm, or of none that is known.
      }
    }
    throw new IllegalArgumentException(
        "the key is not readable: PKCS#8 with an RSA or EC key is expected");
  }

  /** Whether what the private key signs is what the public key proves. */
  static boolean isPair(PrivateKey key, PublicKey other) {
    if (!key.getAlgorithm().equals(other.getAlgorithm())) {
      return false;
    }
    try {
      var signature =
          Signature.getInstance(
              key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
      byte[] probe = {'b', 'a', 'l', 'l', 'a', 's', 't'};
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(other);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
