package dev.ballast.cli;

import dev.ballast.model.Der;
import dev.ballast.model.Pem;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes X.509 certificates (RFC 5280) for trying out: an authority, and servers and clients that it vouches for.
 *
 * @param isRsa RSA with 2048 bits; else EC on P-256
 */
record CertificateMaker(SecureRandom random, Instant now, boolean isRsa) {
  private static final Duration CLOCK_DIFFERENCE = Duration.ofHours(1);
  private static final int SERIAL_BITS = 127;
  private static final int LAST_YEAR_OF_UTC_TIME = 2_049;
  private static final byte[] TRUE = Der.value(Der.BOOLEAN, new byte[] {(byte) 0xff});
  private static final byte[] ECDSA = Der.sequence(Der.objectIdentifier("1.2.840.10045.4.3.2"));
  private static final byte[] RSA =
      Der.sequence(Der.objectIdentifier("1.2.840.113549.1.1.11"), Der.value(Der.NULL));

  /** What a certificate is for. */
  enum Purpose {
    AUTHORITY,
    SERVER,
    CLIENT
  }

  /** A certificate with its key, both in PEM. */
  record Made(String certificate, String key) {}

  /** Who vouches: the name in the certificate, and both keys. */
  record Issuer(String name, PublicKey publicKey, PrivateKey key) {}

  KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance(isRsa ? "RSA" : "EC");
      if (isRsa) {
        generator.initialize(2_048, random);
      } else {
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has RSA and EC", e);
    }
  }

  /**
   * A certificate for a key.
   *
   * @param hosts DNS names and addresses; empty for none
   */
  Made make(
      String name, Purpose purpose, List<String> hosts, KeyPair keys, Issuer issuer, int days) {
    byte[] algorithm = issuer.key().getAlgorithm().equals("EC") ? ECDSA : RSA;
    byte[] content =
        Der.sequence(
            Der.value(Der.CONTEXT_0, Der.value(Der.INTEGER, new byte[] {2})),
            Der.value(Der.INTEGER, new BigInteger(SERIAL_BITS, random).setBit(0).toByteArray()),
            algorithm,
            distinguishedName(issuer.name()),
            Der.sequence(time(now.minus(CLOCK_DIFFERENCE)), time(now.plus(Duration.ofDays(days)))),
            distinguishedName(name),
            keys.getPublic().getEncoded(),
            Der.value(
                Der.CONTEXT_0 + 3,
                Der.sequence(extensions(purpose, hosts, keys.getPublic(), issuer))));
    byte[] certificate =
        Der.sequence(content, algorithm, Der.bits(0, signature(content, issuer.key())));
    return new Made(
        new Pem("CERTIFICATE", certificate).text(),
        new Pem("PRIVATE KEY", keys.getPrivate().getEncoded()).text());
  }

  private static byte[][] extensions(
      Purpose purpose, List<String> hosts, PublicKey own, Issuer issuer) {
    boolean isAuthority = purpose == Purpose.AUTHORITY;
    var extensions = new ArrayList<byte[]>();
    extensions.add(critical("2.5.29.19", isAuthority ? Der.sequence(TRUE) : Der.sequence()));
    // Key usage: keyCertSign and cRLSign (bits 5 and 6) of an authority, else digitalSignature (bit
    // 0).
    extensions.add(
        critical("2.5.29.15", isAuthority ? Der.bits(1, bytes(0x06)) : Der.bits(7, bytes(0x80))));
    if (!isAuthority) {
      String usage = purpose == Purpose.SERVER ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
      extensions.add(extension("2.5.29.37", Der.sequence(Der.objectIdentifier(usage))));
      extensions.add(
          extension("2.5.29.35", Der.sequence(Der.value(0x80, keyIdentifier(issuer.publicKey())))));
    }
    extensions.add(extension("2.5.29.14", Der.octets(keyIdentifier(own))));
    if (!hosts.isEmpty()) {
      extensions.add(
          extension(
              "2.5.29.17",
              Der.sequence(
                  hosts.stream().map(CertificateMaker::generalName).toArray(byte[][]::new))));
    }
    return extensions.toArray(byte[][]::new);
  }

  private static byte[] critical(String identifier, byte[] value) {
    return Der.sequence(Der.objectIdentifier(identifier), TRUE, Der.octets(value));
  }

  private static byte[] extension(String identifier, byte[] value) {
    return Der.sequence(Der.objectIdentifier(identifier), Der.octets(value));
  }

  /** An address, or a DNS name (tags 7 and 2). */
  private static byte[] generalName(String host) {
    try {
      return Der.value(0x87, InetAddress.ofLiteral(host).getAddress());
    } catch (IllegalArgumentException _) {
      return Der.value(0x82, host.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static byte[] distinguishedName(String name) {
    byte[] commonName =
        Der.sequence(
            Der.objectIdentifier("2.5.4.3"),
            Der.value(Der.UTF8_STRING, name.getBytes(StandardCharsets.UTF_8)));
    return Der.sequence(Der.value(Der.SET, commonName));
  }

  /** RFC 5280, section 4.1.2.5: two digits for years to 2049, then four. */
  private static byte[] time(Instant instant) {
    var utc = instant.atOffset(ZoneOffset.UTC);
    boolean isShort = utc.getYear() <= LAST_YEAR_OF_UTC_TIME;
    String text =
        DateTimeFormatter.ofPattern(isShort ? "yyMMddHHmmss'Z'" : "yyyyMMddHHmmss'Z'").format(utc);
    return Der.value(
        isShort ? Der.UTC_TIME : Der.GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] keyIdentifier(PublicKey key) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }

  private byte[] signature(byte[] content, PrivateKey key) {
    try {
      var signature =
          Signature.getInstance(
              key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
      signature.initSign(key, random);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("a key that was just made signs", e);
    }
  }

  private static byte[] bytes(int one) {
    return new byte[] {(byte) one};
  }
}
