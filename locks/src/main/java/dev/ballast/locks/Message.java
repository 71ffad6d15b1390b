package dev.ballast.locks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A message of a queue, not yet acknowledged.
 *
 * @param id tells it from all others in its queue
 * @param key messages with the same key are handled one at a time, in order; empty where the queue has no keys
 * @param body as the queue has it; not copied
 * @param failures how often it was handled in vain before
 */
@SuppressWarnings("ArrayRecordComponent") // A body is handed through, never compared.
public record Message(String id, String key, byte[] body, int failures) {

  /** The partition of a key among {@code count}, from 0: the first four bytes of its MD5, as every queue can compute them. */
  public static int partition(String key, int count) {
    try {
      var hash = MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8));
      long first = Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt());
      return (int) (first % count);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has MD5", e);
    }
  }
}
