package dev.ballast.model;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A block of PEM (RFC 7468). Text between blocks is skipped; messages never repeat what stands in a block. */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  private final String label;
  private final byte[] der;

  public Pem(String label, byte[] der) {
    this.label = label;
    this.der = der.clone();
  }

  /** {@code CERTIFICATE}, {@code PRIVATE KEY}, … */
  String label() {
    return label;
  }

  byte[] der() {
    return der.clone();
  }

  /** @throws IllegalArgumentException when a block is cut or is not base64 */
  static List<Pem> blocks(String text) {
    var blocks = new ArrayList<Pem>();
    int from = text.indexOf(BEGIN);
    while (from >= 0) {
      int labelEnd = text.indexOf(DASHES, from + BEGIN.length());
      if (labelEnd < 0) {
        throw new IllegalArgumentException("the PEM is cut off within a BEGIN line");
      }
      String label = text.substring(from + BEGIN.length(), labelEnd);
      String last = END + label + DASHES;
      int end = text.indexOf(last, labelEnd);
      if (end < 0) {
        throw new IllegalArgumentException(
            "the PEM is cut off: block " + (blocks.size() + 1) + " has no END line");
      }
      String body = text.substring(labelEnd + DASHES.length(), end);
      blocks.add(new Pem(label, decoded(body, blocks.size() + 1)));
      from = text.indexOf(BEGIN, end);
    }
    return blocks;
  }

  private static byte[] decoded(String body, int number) {
    if (body.contains("Proc-Type: 4,ENCRYPTED")) {
      throw encrypted();
    }
    try {
      return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("block " + number + " of the PEM is not base64");
    }
  }

  static IllegalArgumentException encrypted() {
    return new IllegalArgumentException(
        "the key is encrypted with a passphrase: write it in clear (openssl pkey -in FILE); it is sealed on its way to the"
            + " database");
  }

  /** Lines of 64 characters, each ended by a line feed. */
  public String text() {
    return BEGIN
        + label
        + DASHES
        + "\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n"
        + END
        + label
        + DASHES
        + "\n";
  }

  @Override
  public String toString() {
    return label;
  }
}
