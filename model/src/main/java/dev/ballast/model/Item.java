package dev.ballast.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * One resource at the revision number of its last change. Immutable. Its digest (128 bits of SHA-256 over the canonical
 * encoding and the revision number) is computed once, so that a snapshot's checksum follows a change in the time the change
 * takes, not in the time the snapshot takes.
 */
public final class Item {
  private final Resource resource;
  private final long revision;
  private final long digestHigh;
  private final long digestLow;

  /** @param revision N of the transaction that last wrote the resource */
  public Item(Resource resource, long revision) {
    this.resource = resource;
    this.revision = revision;
    ByteBuffer digest = ByteBuffer.wrap(sha256(revision + ":" + Codec.toJson(resource)));
    this.digestHigh = digest.getLong();
    this.digestLow = digest.getLong();
  }

  public Resource resource() {
    return resource;
  }

  public long revision() {
    return revision;
  }

  public ItemKey key() {
    return resource.key();
  }

  long digestHigh() {
    return digestHigh;
  }

  long digestLow() {
    return digestLow;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Item item
        && revision == item.revision
        && resource.equals(item.resource);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(digestLow);
  }

  @Override
  public String toString() {
    return key() + "@" + revision;
  }
}
