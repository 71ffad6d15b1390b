package dev.ballast.model;

/**
 * A checksum over a set of items: the sum, modulo 2^64 in each half, of their digests. It does not depend on the order, and
 * an item is added or taken away in constant time. It finds mistakes, not forgeries.
 */
record Checksum(long high, long low) {
  static final Checksum EMPTY = new Checksum(0, 0);

  Checksum plus(Item item) {
    return new Checksum(high + item.digestHigh(), low + item.digestLow());
  }

  Checksum minus(Item item) {
    return new Checksum(high - item.digestHigh(), low - item.digestLow());
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }
}
