package dev.ballast.proxy;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How many connections of clients are open, in handshakes, in all and from each address, counted exactly from accepting to closing.
 *
 * <p>Idea: a count-min sketch (Cormode and Muthukrishnan, 2005) of two rows: an address adds to one counter in each, and the
 * smaller of the two is its number. Others may share a counter, so an address can be thought to have more connections than it
 * has, never fewer; for that to matter, both of its counters have to be shared with addresses that are near the limit. Which
 * ones are shared depends on a random seed, so nobody can aim at it. 256 KiB, whatever comes; nothing is allocated.
 *
 * <p>An IPv6 client has a network of its own, so its first 64 bits count. Safe for all threads.
 */
final class Admission {
  private static final int BITS = 15;
  private static final int SLOTS = 1 << BITS;
  private static final long FIRST_FACTOR = 0x9e3779b97f4a7c15L;
  private static final long SECOND_FACTOR = 0xc2b2ae3d27d4eb4fL;

  private final int limit;
  private final int limitPerAddress;
  private final long seed;
  private final int handshakeLimit;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger handshakes = new AtomicInteger();
  private final AtomicIntegerArray first = new AtomicIntegerArray(SLOTS);
  private final AtomicIntegerArray second = new AtomicIntegerArray(SLOTS);

  Admission(Limits limits, long seed) {
    this.limit = limits.of(Limit.CLIENT_CONNECTIONS);
    this.limitPerAddress = limits.of(Limit.CLIENT_CONNECTIONS_PER_ADDRESS);
    this.handshakeLimit = limits.of(Limit.PENDING_HANDSHAKES);
    this.seed = seed;
  }

  /** One more TLS handshake, which counts until it ends, whether or not that many may be under way. */
  boolean beginHandshake() {
    return handshakes.getAndIncrement() < handshakeLimit;
  }

  void endHandshake() {
    handshakes.decrementAndGet();
  }

  /** One more connection, if that many may be open. */
  boolean enter() {
    if (open.getAndIncrement() >= limit) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  /** One more connection of this address, if it may have that many. */
  boolean enter(InetAddress address) {
    long key = key(address);
    int inFirst = first.getAndIncrement(slot(key, FIRST_FACTOR));
    int inSecond = second.getAndIncrement(slot(key, SECOND_FACTOR));
    if (Math.min(inFirst, inSecond) >= limitPerAddress) {
      leave(address);
      return false;
    }
    return true;
  }

  /** A connection has closed. */
  void leave() {
    open.decrementAndGet();
  }

  /** A connection of this address has closed. */
  void leave(InetAddress address) {
    long key = key(address);
    first.getAndDecrement(slot(key, FIRST_FACTOR));
    second.getAndDecrement(slot(key, SECOND_FACTOR));
  }

  private int slot(long key, long factor) {
    long mixed = (key ^ seed) * factor;
    return (int) (((mixed ^ (mixed >>> 32)) * factor) >>> (64 - BITS));
  }

  private static long key(InetAddress address) {
    byte[] bytes = address.getAddress();
    long key = bytes.length;
    for (int i = 0; i < Math.min(bytes.length, 8); i++) {
      key = (key << 8) | (bytes[i] & 0xff);
    }
    return key;
  }
}
