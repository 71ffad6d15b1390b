package dev.ballast.balancing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 (Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012): who does not know the key can't choose inputs
 * that fall together. The key of a fleet is its seed, twice, the second time set apart by a purpose.
 */
public final class KeyedHash {
  /** Purposes: where a member's way through a Maglev table begins, how it goes on, its points on a ring, its name in bids, a request's key, a round of subsets. */
  static final long MAGLEV_OFFSET = 1;

  static final long MAGLEV_SKIP = 2;
  static final long RING = 3;
  static final long RENDEZVOUS = 4;
  static final long KEY = 5;
  static final long SUBSET = 6;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long k0;
  private final long k1;

  KeyedHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** For the keys of requests. */
  public static KeyedHash ofKeys(long fleetSeed) {
    return of(fleetSeed, KEY);
  }

  /** For one purpose of several that share a seed. */
  static KeyedHash of(long seed, long purpose) {
    return new KeyedHash(seed, Draw.mix(seed ^ Draw.mix(purpose)));
  }

  /** The hash of all of it. */
  public long of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /** The hash of a part of it. */
  public long of(byte[] bytes, int from, int length) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int whole = length >>> 3;
    for (int block = 0; block <= whole + 2; block++) {
      boolean isInput = block <= whole;
      long word = isInput ? word(bytes, from, length, block) : 0;
      v3 ^= word;
      v2 ^= block == whole + 1 ? 0xff : 0;
      // Two rounds for each word, four at the end: the last two blocks are empty.
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** The last word has what is left over, and the length in its highest byte. */
  private static long word(byte[] bytes, int from, int length, int block) {
    int at = from + (block << 3);
    if (block < length >>> 3) {
      return (long) LONGS.get(bytes, at);
    }
    long word = (long) length << 56;
    for (int i = 0; i < (length & 7); i++) {
      word |= (bytes[at + i] & 0xffL) << (i << 3);
    }
    return word;
  }
}
