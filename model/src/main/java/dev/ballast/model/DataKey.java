package dev.ballast.model;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that seals and opens {@link Secret}s: 256 bits that live outside the database, in a file of the controller and of
 * each LB server.
 *
 * <p>AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. The owner (kind and name) and the purpose are authenticated
 * with the ciphertext, so a sealed secret that was moved to another resource does not open. Random nonces are safe for 2³² seals
 * under one key; a system makes a few a day. Immutable, thread-safe.
 */
public final class DataKey {
  public static final int BYTES = 32;
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ID_DIGITS = 16;
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{64}");

  private final byte[] bytes;
  private final String id;

  public DataKey(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a data key has " + BYTES + " bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
    this.id = new Secret.Clear(labelled(bytes)).sha256().substring(0, ID_DIGITS);
  }

  private static byte[] labelled(byte[] key) {
    byte[] label = "ballast data key ".getBytes(StandardCharsets.UTF_8);
    byte[] labelled = Arrays.copyOf(label, label.length + key.length);
    System.arraycopy(key, 0, labelled, label.length, key.length);
    return labelled;
  }

  public static DataKey random(SecureRandom random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new DataKey(bytes);
  }

  /**
   * Reads a key written as base64 or as 64 hexadecimal digits; white space around it is no part of it.
   *
   * @throws IllegalArgumentException for anything else; the message does not repeat the text
   */
  public static DataKey parse(String text) {
    String key = text.strip();
    if (HEX.matcher(key).matches()) {
      return new DataKey(HexFormat.of().parseHex(key));
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(key);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "this is no data key: 32 bytes in base64 or in hexadecimal digits (openssl rand -base64 32)");
    }
    return new DataKey(bytes);
  }

  /** What a file of it holds. */
  public String toBase64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Tells data keys apart: 16 hexadecimal digits that say nothing of the key. */
  public String id() {
    return id;
  }

  /**
   * Seals a secret for its owner.
   *
   * @param purpose which of the owner's secrets it is
   */
  public Secret.Sealed seal(
      ItemKey owner, String purpose, Secret.Clear clear, SecureRandom random) {
    var nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] ciphertext = cipher(Cipher.ENCRYPT_MODE, nonce, owner, purpose).doFinal(clear.bytes());
      var base64 = Base64.getEncoder();
      return new Secret.Sealed(
          id, base64.encodeToString(nonce), base64.encodeToString(ciphertext), clear.sha256());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has AES-GCM", e);
    }
  }

  /**
   * Opens what was sealed for the owner.
   *
   * @throws CannotOpen when it was sealed under another data key, for something else, or is damaged
   */
  public Secret.Clear open(ItemKey owner, String purpose, Secret.Sealed sealed) throws CannotOpen {
    if (!sealed.dataKey().equals(id)) {
      throw new CannotOpen(
          "is sealed under data key " + sealed.dataKey() + ", and the data key here is " + id,
          "start it with the controller's --data-key-file");
    }
    try {
      return new Secret.Clear(
          cipher(Cipher.DECRYPT_MODE, sealed.nonceBytes(), owner, purpose)
              .doFinal(sealed.ciphertextBytes()));
    } catch (AEADBadTagException _) {
      throw new CannotOpen(
          "is damaged, or was sealed for something else", "apply it with its key again");
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has AES-GCM", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, ItemKey owner, String purpose)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    String bound = owner.kind().documentName() + "\0" + owner.name() + "\0" + purpose;
    cipher.updateAAD(bound.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DataKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "data key " + id;
  }
}
