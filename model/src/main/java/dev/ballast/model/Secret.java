package dev.ballast.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Something that only those may read who need it: a private key, a key of a fleet. It is clear where it was written and where
 * it is used, sealed everywhere between, and shown as its digest.
 *
 * <p>No form's {@link Object#toString} says more than the digest.
 */
public sealed interface Secret {
  /** SHA-256 of the clear bytes, 64 hexadecimal digits: what people see of it, and how a secret is known again. */
  String sha256();

  /** Whether both stand for the same clear bytes. */
  default boolean isSameAs(Secret other) {
    return sha256().equals(other.sha256());
  }

  /** The clear bytes. No codec writes them. */
  final class Clear implements Secret {
    private final byte[] bytes;
    private final String sha256;

    public Clear(byte[] bytes) {
      this.bytes = bytes.clone();
      this.sha256 = digest(bytes);
    }

    public byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public String sha256() {
      return sha256;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Clear clear && Arrays.equals(bytes, clear.bytes);
    }

    @Override
    public int hashCode() {
      return sha256.hashCode();
    }

    @Override
    public String toString() {
      return "sha256:" + sha256;
    }

    private static String digest(byte[] bytes) {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has SHA-256", e);
      }
    }
  }

  /**
   * Encrypted with AES-256-GCM. Sealing the same bytes twice gives two different ones.
   *
   * @param dataKey the {@link DataKey#id} that opens it
   * @param nonce 96 bits in base64
   * @param ciphertext with the tag of 128 bits, in base64
   */
  record Sealed(String dataKey, String nonce, String ciphertext, String sha256) implements Secret {
    private static final int NONCE_BYTES = 12;

    public Sealed {
      if (dataKey.isEmpty()) {
        throw new IllegalArgumentException("a sealed secret names its data key");
      }
      if (decoded(nonce).length != NONCE_BYTES) {
        throw new IllegalArgumentException("a nonce has " + NONCE_BYTES + " bytes");
      }
      decoded(ciphertext);
      requireDigest(sha256);
    }

    byte[] nonceBytes() {
      return decoded(nonce);
    }

    byte[] ciphertextBytes() {
      return decoded(ciphertext);
    }

    private static byte[] decoded(String base64) {
      return Base64.getDecoder().decode(base64);
    }

    @Override
    public String toString() {
      return "sha256:" + sha256 + " (sealed under data key " + dataKey + ")";
    }
  }

  /** Only the digest is known: as answers show it, and as it comes back when an answer is applied. */
  record Known(String sha256) implements Secret {
    public Known {
      requireDigest(sha256);
    }

    @Override
    public String toString() {
      return "sha256:" + sha256;
    }
  }

  private static void requireDigest(String sha256) {
    if (!Digest.PATTERN.matcher(sha256).matches()) {
      throw new IllegalArgumentException("a SHA-256 is 64 hexadecimal digits in lower case");
    }
  }

  /** What a digest looks like. */
  final class Digest {
    private static final Pattern PATTERN = Pattern.compile("[0-9a-f]{64}");

    private Digest() {}
  }
}
