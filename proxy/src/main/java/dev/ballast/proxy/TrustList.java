package dev.ballast.proxy;

import dev.ballast.model.AddressBlock;
import java.util.List;

/** Blocks of addresses whose word counts, as numbers. Immutable. */
final class TrustList {
  private static final int IPV4_OFFSET = 96;

  private final long[] highs;
  private final long[] lows;
  private final long[] highMasks;
  private final long[] lowMasks;
  private final boolean[] areIpv4;

  private TrustList(List<AddressBlock> blocks) {
    int count = blocks.size();
    this.highs = new long[count];
    this.lows = new long[count];
    this.highMasks = new long[count];
    this.lowMasks = new long[count];
    this.areIpv4 = new boolean[count];
    for (int i = 0; i < count; i++) {
      put(i, blocks.get(i).toString());
    }
  }

  static TrustList of(List<AddressBlock> blocks) {
    return new TrustList(blocks);
  }

  /** @param block as {@link AddressBlock#toString} writes it */
  private void put(int index, String block) {
    byte[] text = Grammar.ascii(block);
    int slash = block.indexOf('/');
    var address = new AddressBits();
    if (!address.read(text, 0, slash)) {
      throw new IllegalArgumentException(block);
    }
    boolean isIpv4 = block.indexOf(':') < 0;
    int bits = Integer.parseInt(block.substring(slash + 1)) + (isIpv4 ? IPV4_OFFSET : 0);
    highs[index] = address.high();
    lows[index] = address.low();
    highMasks[index] = mask(bits);
    lowMasks[index] = mask(bits - Long.SIZE);
    areIpv4[index] = isIpv4;
  }

  private static long mask(int bits) {
    if (bits <= 0) {
      return 0;
    }
    return bits >= Long.SIZE ? -1 : -1L << (Long.SIZE - bits);
  }

  /** An IPv4 address never lies in a block of IPv6 addresses. */
  boolean contains(AddressBits address) {
    for (int i = 0; i < highs.length; i++) {
      if ((address.high() & highMasks[i]) == highs[i]
          && (address.low() & lowMasks[i]) == lows[i]
          && address.isIpv4() == areIpv4[i]) {
        return true;
      }
    }
    return false;
  }
}
